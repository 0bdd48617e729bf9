"""What people type behind a command, and what is piped into it: one sentence with its cure, never a traceback."""

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.commands.doctor import CHECKS
from bot.commands.options import number
from bot.commands.read import over_lines
from bot.understanding import open_reader
from tests.inside import Open


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BANGNONG_HOME", str(tmp_path))
    return tmp_path


def piped(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))


def test_a_line_that_cannot_be_read_has_its_own_error_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        b"[" * 100_000,
        b'{"text": "\xff"}',
        b'{"id": "\\ud800", "text": "x"}',
        b'{"text": "\\udc00"}',
        b"9" * 5000,
    ]
    piped(monkeypatch, b"\n".join([*lines, '{"id": 1, "text": "没菜了"}'.encode()]) + b"\n")

    def work(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "read": True} for row in rows]

    assert over_lines(work) == 1
    out = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row.get("error", "")[:7] for row in out] == ["line 1:", "line 2:", "line 3:", "line 4:", "line 5:", ""]
    assert out[1]["error"] == "line 2: not UTF-8; save the lines as UTF-8"
    assert out[5] == {"id": 1, "text": "没菜了", "read": True}


def test_a_talk_in_bytes_that_are_no_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("bot.commands.read.open_for_reading", lambda: open_reader(None, lazy=True))
    piped(monkeypatch, "家里没菜了\n".encode() + "家里没菜了\n".encode("gbk"))
    assert main(["chat"]) == 2
    told = capsys.readouterr()
    assert "帮侬忙：" in told.out
    assert told.err == "这一行读不出来：把终端或文件换成 UTF-8 编码再试\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tokens", "create", "--days", "999999999999"], "写一个整数，1 到 36500"),
        (["tokens", "create", "--days", "-5"], "写一个整数，1 到 36500"),
        (["tokens", "create", "--days", "²"], "写一个整数，1 到 36500"),
        (["replay", "--with", "x", "--last", "-1"], "写一个整数，1 到"),
        (["replay", "--with", "x", "--last", "0"], "写一个整数，1 到"),
        (["rows", "show", "-1"], "写一个整数，0 到"),
        (["simulate", "--hours", "0"], "写一个整数，1 到"),
        (["tokens", "create", "--name", "长" * 41], "写一个名字，1 到 40 个字"),
        (["tokens", "create", "--name", " "], "写一个名字，1 到 40 个字"),
    ],
)
def test_a_number_that_cannot_be(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tokens", "create", "--name", "a\udcff"], "a\\udcff：不是 UTF-8"),
        (["explain", "\udcff"], "不是 UTF-8"),
        (["report", "daily", "--to", "0001-01-01"], "没有 1 年的求助：年份写 2000 到 2999"),
        (["report", "tally", "--from", "9999-12-31"], "没有 9999 年的求助"),
        (["report", "daily", "--to", "2022-13-01"], "看不懂"),
        (["models", "rollback"], "没有更早的模型可以退回"),
        (["models", "promote", "nosuch"], "没有模型 nosuch"),
        (["models", "promote", "../x"], "没有模型 ../x"),
        (["evaluate", "--on", "missing.jsonl"], "missing.jsonl：打不开"),
        (["evaluate", "--on", "."], ".：打不开"),
        (["evaluate", "--on", "gbk.jsonl"], "gbk.jsonl：不是 UTF-8 编码"),
        (["evaluate", "--on", "empty.jsonl"], "empty.jsonl：一行也没有"),
        (["evaluate", "--on", "wrong.jsonl"], 'wrong.jsonl:1: needs {"text"'),
        (["evaluate", "--on", "good.jsonl", "--model", "none"], "none"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    words: list[str], says: str, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home)
    (home / "gbk.jsonl").write_bytes('{"text": "没菜了"}'.encode("gbk"))
    (home / "empty.jsonl").write_text("\n", "utf-8")
    (home / "wrong.jsonl").write_text(
        f'[]\n{"[" * 100_000}\n{{"text": 3, "intent": "care", "urgency": "soon"}}\n', "utf-8"
    )
    (home / "good.jsonl").write_text('{"text": "没菜了", "intent": "supplies", "urgency": "soon"}\n', "utf-8")
    assert main(words) == 2
    assert says in capsys.readouterr().err


def test_a_good_number_is_taken() -> None:
    assert number(1, 36_500)("30") == 30
    assert number(0)("0") == 0


def test_a_file_that_is_there_or_is_not(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "old.tar").write_bytes(b"kept")
    assert main(["backup", str(home / "old.tar")]) == 2
    assert "不会被覆盖" in capsys.readouterr().err
    assert main(["restore", str(home / "nosuch.tar")]) == 2
    assert "没有" in capsys.readouterr().err
    assert sorted(path.name for path in home.iterdir()) == ["old.tar"], "nothing is begun for a mistake"


async def test_what_stands_in_the_record_decides(
    inside: Open, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with inside(outbox=False) as here:
        settings = here.services.settings
        monkeypatch.setenv("BANGNONG_HOME", str(settings.home))
        monkeypatch.setenv("BANGNONG_DATABASE_URL", here.database.dsn)
        monkeypatch.setenv("BANGNONG_SECRET_KEY", settings.secret_key.reveal())

        async def run(*words: str) -> tuple[int, str]:
            code = await asyncio.to_thread(main, words)
            return code, capsys.readouterr().err

        assert (await run("tokens", "create", "--name", "leaked"))[0] == 0
        code, said = await run("tokens", "revoke", "leeked")
        assert code == 2 and "没有叫 leeked 的令牌" in said
        assert (await run("tokens", "revoke", "leaked"))[0] == 0
        assert (await run("tokens", "revoke", "leaked"))[0] == 2  # it is not in use any more
        assert (await run("users", "add", "li"))[0] == 0
        for words in (["users", "add", ""], ["users", "add", "li"], ["models", "promote", "../.."]):
            assert (await run(*words))[0] == 2

        good, said = await CHECKS["database"](settings)
        assert good, said
        await here.database.execute("insert into migrations (number, name) values (9999, 'of_tomorrow')")
        good, said = await CHECKS["database"](settings)
        assert not good and "9999" in said
        await here.database.execute("delete from migrations where number > 20")
        assert (await CHECKS["database"](settings))[0]  # an older one's is brought up to date
