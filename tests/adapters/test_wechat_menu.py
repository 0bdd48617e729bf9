"""The menu as rows: what an editor may write, and `bangnong wechat menu` against the stand-in."""

import argparse
from pathlib import Path

import pytest

from bot.commands import wechat
from data.faults import Fault
from data.menu import load_menu, read_menu
from tests.platforms.wechat import WeChatPlatform
from tests.service import WECHAT


def faults(folder: Path, text: str) -> list[str]:
    (folder / "menu.toml").write_text(text, "utf-8")
    found: list[Fault] = []
    assert (read_menu(folder, found) is None) == bool(found)
    return [str(one) for one in found]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "要有 1 到 3 个按钮"),
        ('[[button]]\nname = "a"\nkey = "K"\n' * 4, "要有 1 到 3 个按钮"),
        ('[[button]]\nname = "我要求助求助"\nkey = "K"\n', "太长"),
        ('[[button]]\nname = "a"\n', "要么有 key"),
        ('[[button]]\nname = "a"\nkey = "K"\nurl = "https://x.cn"\n', "要么有 key"),
        ('[[button]]\nname = "a"\nurl = "http://x.cn"\n', "https://"),
        ('[[button]]\nname = "a"\nkey = "K"\n[[button]]\nname = "b"\nkey = "K"\n', "写了两次"),
        ('[[button]]\nname = "a"\nkey = "K"\n[[button.entry]]\nname = "b"\nkey = "L"\n', "自己不能点"),
        ('[[button]]\nname = "a"\nkey = "K"\ncolour = "red"\n', "只能有"),
        ('[[button]]\nname = "a"\nkey = "K"\n', "点了是什么意思"),
        ('[[button]]\nname = "a"\nkey = "K"\nintent = "spam"\nask = "x"\n', "会立单的意图代码"),
        ('[[button]]\nname = "a"\nkey = "K"\nintent = "medicine"\n', "缺 ask"),
        ('[[button]]\nname = "a"\nkey = "K"\nintent = "medicine"\nask = "' + "药" * 101 + '"\n', "ask 太长"),
        ('[[button]]\nname = "a"\nkey = "K"\nact = "human"\n', "act 只能是"),
        ('[[button]]\nname = "a"\nkey = "K"\nact = "status"\nask = "x"\n', "act 只能是"),
        ('title = "x"\n[[button]]\nname = "a"\nkey = "K"\n', "title"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    found = faults(tmp_path, text)
    assert any(complaint in one and one.startswith("menu.toml:") for one in found), found


def test_every_key_of_the_menu_means_something() -> None:
    taps = load_menu().taps
    assert taps["HELP_MEDICINE"].need is not None
    assert taps["HELP_MEDICINE"].need.intent == "medicine"
    assert "什么药" in taps["HELP_MEDICINE"].need.ask
    assert taps["STATUS"].need is None, "a tap on 查进展 is no need"


async def test_push_and_show(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async with WeChatPlatform().serve() as platform:
        values = {**WECHAT, "BANGNONG_CHANNELS": "wechat:main", "BANGNONG_WECHAT_MAIN_API_BASE": platform.base}
        for name, value in {**values, "BANGNONG_HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)

        async def told(act: str, chat: str = "") -> tuple[int, str]:
            done = await wechat._run(argparse.Namespace(act=act, account="main", chat=chat))
            out = capsys.readouterr()
            return done, out.out + out.err

        assert (await told("show")) == (0, "公众号还没有菜单。\n")
        assert (await told("push"))[0] == 2, "a button leads to the chat's page, and nobody said where that is"
        done, words = await told("push", "https://bang.example.cn/chat")
        assert done == 0
        assert "网页求助  https://bang.example.cn/chat" in words
        assert "我要求助 › 缺吃缺用  HELP_SUPPLIES" in words
        assert platform.rest.menu == {"button": load_menu().sent("https://bang.example.cn/chat")}
        platform.token_refusal = 40164
        platform.expire_tokens()
        done, words = await told("show")
        assert (done, "白名单" in words) == (1, True)
