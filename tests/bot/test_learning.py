"""The loop: a reporter's one click is tomorrow's training row, and `evaluate` shows what it changed."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bot.conftest import Running
from tests.bot.test_app_api import AppClient, _api, token  # noqa: F401 - the fixture
from tests.service import ROOT, Record
from tests.warm import ran


async def _bangnong(running: Running, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(ran, arguments, running.service.env)


@pytest.mark.slow(110)
@pytest.mark.timeout(900)
async def test_a_correction_is_trained_on_and_shown(running: Running, token: str) -> None:  # noqa: F811
    app = AppClient(running, "learn")
    words = "阿拉楼里厢的电梯侪停脱了，八十岁爷叔上上下下哪能办，电话13688887777"
    await app.send(words)
    _, page = await _api(running, token, "/api/v1/tickets?sender=learn")
    if not page["items"]:  # asked for more first: a person is wanted, so the ticket opens
        await app.send("人工")
        _, page = await _api(running, token, "/api/v1/tickets?sender=learn")
    ticket = page["items"][0]
    other = "livelihood" if ticket["intent"] != "livelihood" else "community"
    body = {"field": "intent", "value": other}
    assert (await _api(running, token, f"/api/v1/tickets/{ticket['number']}/correct", body))[0] == 200
    async with Record(running.home) as record:
        label = (await record.rows("select * from labels where number = $1", ticket["number"]))[0]
    assert (label["field"], label["was"], label["value"]) == ("intent", ticket["intent"], other)

    before = (running.home / "models" / "current").read_text().strip()
    trained = await _bangnong(running, "train")
    assert trained.returncode in (0, 1), trained.stderr
    assert "记者更正 1 句" in trained.stderr
    names = (await _bangnong(running, "models", "list")).stdout.split()
    newest = max(name for name in names if name != "*")
    shown = await _bangnong(running, "evaluate", "--model", newest, "--against", before)
    assert shown.returncode == 0, shown.stderr
    assert "critical" in shown.stdout
    assert (running.home / "reports" / f"{newest}.html").read_text("utf-8").startswith("<!")
    if trained.returncode == 0:
        await _serves(running, newest)
        assert (await _bangnong(running, "models", "rollback")).returncode == 0
        await _serves(running, before)


async def _serves(running: Running, model: str) -> None:
    """The running service takes a promoted model within seconds, without a restart."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        async with running.http.get(running.base + "/readyz") as response:
            if (await response.json())["checks"]["model"] == model:
                return
        await asyncio.sleep(0.3)
    raise AssertionError(f"{model} was not taken")


def test_classify_and_extract_keep_order_and_name_bad_lines(trained: Path, tmp_path: Path) -> None:
    import json

    env = {**os.environ, "BANGNONG_HOME": str(trained.parent)}
    lines = [
        '{"id":1,"text":"我妈喘不上气"}',
        "nonsense",
        '{"id":3}',
        '{"id":4,"text":"仙霞路300弄5号302室 电话13812345678"}',
        "",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "classify"],
        input="\n".join(lines),
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row.get("id") for row in rows] == [1, None, 3, 4]
    assert rows[0]["urgency"] == "critical"
    assert rows[0]["reasons"]
    assert "line 2" in rows[1]["error"]
    done = subprocess.run(
        [sys.executable, "-m", "bot", "extract"],
        input=lines[3],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    facts = json.loads(done.stdout)
    assert facts["phones"] == ["13812345678"]
    assert facts["addresses"][0]["road"] == "仙霞路"
    assert facts["addresses"][0]["district"] == "长宁区", "inferred"
    assert facts["age"] is None
