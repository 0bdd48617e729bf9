"""Times the rules on single texts, in microseconds (median of many runs). usage: python tests/bench_rules.py"""

import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from classifiers.acts import ActReader
from classifiers.entities import EntityReader
from classifiers.redflags import RedFlags
from data.acts import load_acts
from data.faults import rows_folder
from data.places import load_places
from data.red import load_red

TEXTS = {
    "harmless, 40 characters": "请问一下小区里的快递什么时候可以恢复配送，我们楼里已经等了好几个星期了，谢谢你们",
    "no digits, no marks": "你好想问一下现在可以复工了吗我们公司在等通知谢谢",
    "red, 31 characters": "爸爸血透5天没做了人没力气，腿肿得厉害，居委说再等等，请帮帮忙",
    "address and phone": "浦东花木牡丹路60弄3号5号楼502室 电话13800000000",
    "a plea": "我爸爸82岁，尿毒症，住牡丹路60弄3号502，电话13800000000，上周五透析，喘得躺不下，六院不收，12345不通",
}
NOW = datetime(2022, 4, 5, 6, tzinfo=UTC)


def median_us(call: Callable[[], object], runs: int = 2000) -> float:
    times = []
    for _ in range(runs):
        began = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - began)
    return statistics.median(times) / 1000


def main() -> None:
    red = load_red(rows_folder(), [])
    danger, acts = RedFlags(red), ActReader(load_acts(rows_folder(), []), red.variants)
    entities = EntityReader(load_places(rows_folder(), []), red)
    for name, text in TEXTS.items():
        figures = (
            median_us(lambda text=text: danger.read(text)),  # type: ignore[misc]
            median_us(lambda text=text: entities.read(text, NOW)),  # type: ignore[misc]
            median_us(lambda text=text: acts.read(text)),  # type: ignore[misc]
        )
        print(f"{name:26} danger {figures[0]:6.1f}  entities {figures[1]:6.1f}  acts {figures[2]:6.1f} µs")


if __name__ == "__main__":
    main()
