"""Measures the address reader on a file of real addresses, with the formulas of the acceptance scorer.

usage: python tests/measure_addresses.py FILE.jsonl [-v]     (rows: {"text", "expected": [...], "district_known"?})
"""

import json
import sys
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from classifiers.address import AddressReader  # noqa: E402
from data.faults import rows_folder  # noqa: E402
from data.places import load_places  # noqa: E402

KEYS = {
    "district": "district", "street_town": "town", "road": "road", "lane": "lane", "number": "number",
    "sublane": "sublane", "building": "building", "room": "room", "estate_poi": "estate",
}  # fmt: skip


def bare(value: object) -> str:
    return str(value or "").replace(" ", "").rstrip("弄号室栋楼层单元支")


def main(path: Path, verbose: bool) -> None:
    reader = AddressReader(load_places(rows_folder(), []))
    parts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    whole = total = inferred = known = 0
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        found = [{k: bare(v) for k, v in asdict(one).items()} for one in reader.read(row["text"])] or [{}]
        for want in row["expected"]:
            best: dict[str, bool] = {}
            near: dict[str, str] = {}
            for have in found:
                hits = {k: bare(v) == have.get(KEYS[k], "") for k, v in want.items() if k in KEYS}
                if not best or sum(hits.values()) > sum(best.values()):
                    best, near = hits, have
            for key, hit in best.items():
                parts[key][0] += hit
                parts[key][1] += 1
            whole += all(best.values())
            total += 1
            if verbose and not all(best.values()):
                wrong = {k: (want[k], near.get(KEYS[k], "")) for k, hit in best.items() if not hit}
                print("WRONG", wrong, "|", row["text"][:80].replace("\n", " "))
        if row.get("district_known") and all("district" not in want for want in row["expected"]):
            known += 1
            right = bare(row["district_known"]) == found[0].get("district", "")
            inferred += right
            if verbose and not right:
                print("DISTRICT", row["district_known"], found[0].get("district"), "|", row["text"][:50])
    each = " ".join(f"{k}={a / b:.2f}({b})" for k, (a, b) in parts.items())
    print(f"parts {each} whole={whole / total:.3f} inferred={inferred}/{known}={inferred / max(1, known):.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), "-v" in sys.argv)
