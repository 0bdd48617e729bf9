"""One running service with residents' messages in it, an admin and an editor, and a candidate beside the serving model."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.desk.conftest import Desk, Person, Resident
from tests.homes import Homes, serving
from tests.service import Record, Service

CANDIDATE, REFUSED = "20300101-000000-cafe0001", "20300101-000001-cafe0002"
PHONE, DOOR = "138 0000 5678", "牡丹路60弄5号楼502室"
SAID = (
    f"家里老人没人照顾，药也快没了，想问问居委能不能帮忙买菜，电话{PHONE}，{DOOR}",
    "小区里做核酸的人聚在一起，老人走不动，配药也配不到，怎么办",
    "物业不让快递进来，药和菜都放在门口淋雨，没有人管，我们好着急",
    "我妈发烧三十九度，居委说要等转运，医院又不收，我们也出不去",
    "孩子的奶粉没有了，又咳嗽，想去医院但是没有通行证",
    "外婆要透析，小区没有车，打了电话没人理，能不能帮忙找车",
    "我想捐一些蔬菜给养老院，也想问一下养老院里的老人能不能配药",
    "房东要赶我走，我现在阳性，没有地方去，也没有吃的",
    "楼上装修吵得我睡不着，心里很难受，不想活了",
    "请问健康码红了怎么转绿，我要去化疗，医院说红码不收",
    "老公在方舱，我怀孕三十八周，一个人在家，救护车叫不到",
    "团购的菜坏了不退钱，吃了拉肚子，三天了没人管",
    "我们楼三天没有做核酸了，是不是漏了，老人的药也断了",
    "你们报的新闻我看了，谢谢，可是我家的水还是没有来",
    "困在浦东机场两天了，没有吃的，我有糖尿病，胰岛素用完了",
    # Said so that nobody could tell, whatever the model has learnt by then.
    "那个东西什么时候能送来，家里老的小的都等着，居委说再看看",
    "他们说归街道管，街道说归医院管，我爸就这么等着",
    "想问问阳性了以后孩子的课和猫怎么办，东西也没得吃",
    "车票买了，通行证没有，核酸也没做成，药在老家",
    "志愿者说人手不够，老人的事和垃圾的事都没人弄",
)  # fmt: skip


async def until(told: Callable[[], Awaitable[Any]], limit: float = 40) -> Any:
    """What `told` answers once it is true of something."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if found := await told():
            return found
        await asyncio.sleep(0.2)
    raise AssertionError("did not come about in time")


def make_candidate(models: Path, name: str, reasons: list[str]) -> None:
    """The serving model with shaken weights: a candidate in no time. `reasons`: why its own report would not let it serve."""
    current = (models / "current").read_text("utf-8").strip()
    shutil.copytree(models / current, models / name)
    about = json.loads((models / name / "model.json").read_text("utf-8"))
    about["gate"] = {**about["gate"], "against": current, "reasons": reasons}
    (models / name / "model.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")
    chance = np.random.default_rng(5)
    for array in ("weights", "twin_weights"):
        weights = np.load(models / name / f"{array}.npy")
        weights[:-1, :-1] += chance.normal(0, 0.35 * weights[:-1, :-1].std(), weights[:-1, :-1].shape).astype(
            np.float32
        )
        np.save(models / name / f"{array}.npy", weights)


@pytest.fixture(scope="module")
async def service(homes: Homes) -> AsyncIterator[Service]:
    folder = homes.new("learning")
    make_candidate(folder / "models", CANDIDATE, [])
    make_candidate(folder / "models", REFUSED, ["危急召回从 0.950 降到 0.700"])
    async with serving(folder) as running:
        yield running


@pytest.fixture
async def record(service: Service) -> AsyncIterator[Record]:
    async with Record(service.home) as opened:
        yield opened


@pytest.fixture(scope="module")
async def desk(service: Service) -> AsyncIterator[Desk]:
    opened = Desk(service)
    yield opened
    for person in opened.people:
        await person.http.close()


@pytest.fixture(scope="module")
async def bao(desk: Desk) -> Person:
    return await desk.hire("bao", "admin")


@pytest.fixture(scope="module")
async def wang(desk: Desk) -> Person:
    return await desk.hire("wang", "editor")


@pytest.fixture(scope="module")
async def heard(service: Service) -> Service:
    """Residents have written, and what is worth a label has been picked."""
    await asyncio.gather(*(Resident(service, f"learn-{n}").say(text) for n, text in enumerate(SAID)))
    async with Record(service.home) as record:
        await until(lambda: _picked(record))
    return service


async def _picked(record: Record) -> bool:
    """Every delivery is behind the picker's cursor."""
    return bool(
        await record.value(
            f"select count(*) >= {len(SAID)} and max(received_at) <= "
            "(select at from learning_cursors where name = 'inbox') from inbox"
        )
    )
