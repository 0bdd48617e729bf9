"""An editor's mistake in media.toml is named with its line; what stands there is what the program does."""

import re
import shutil
from pathlib import Path

import pytest

from bot.desk.media_view import file_of
from bot.media.kinds import EXTENSIONS
from bot.store.media import Shown
from data.faults import Fault, rows_folder
from data.media import LOST, load_media, read_media


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("image = 20", "image = 200", "1 到 20"),
        ("voice = 10", "voice = true", "1 到 20"),
        ("video = 20\n", "", "most_mb 缺 video"),
        ("wechat = 72", "wechat = 0", "大于 0"),
        ('"qpic.cn"', '"https://qpic.cn/"', "不带 https"),
        ('"qpic.cn"', '"cn"', "不带 https"),
        ('gone = "在平台那边已经过期"', 'gone = ""', "要有一句话"),
        ('macro = "带宏', 'makro = "带宏', "lost 缺 macro"),
        ("[names]", "[nams]", "没有这一节"),
        ("[hosts]", "[hosts", "TOML 写法有误"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    shutil.copy(rows_folder() / "media.toml", tmp_path)
    text = (tmp_path / "media.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "media.toml").write_text(text.replace(old, new, 1), "utf-8")
    faults: list[Fault] = []
    assert read_media(tmp_path, faults) is None
    assert any(words in one.message for one in faults), faults
    assert all(one.file == "media.toml" and one.line >= 1 for one in faults)


def test_every_reason_and_kind_has_words() -> None:
    rows = load_media()
    for fault in LOST:
        for kind in rows.names:
            line = file_of(Shown("x", kind, "lost", fault, "", 0, 0, 0))
            assert line.way == "lost"
            assert rows.lost[fault] in line.words
    for media_type in EXTENSIONS:
        kind = media_type.split("/")[0].replace("audio", "voice").replace("application", "file")
        line = file_of(Shown("x", kind, "kept", "", media_type, 5 << 20, 0, 0))
        assert line.way in ("voice", "film", "file")
        assert re.search(r"5\.0 MB", line.words)


def test_codes_of_the_program_are_all_in_the_rows() -> None:
    """A reason without words would be shown as a code."""
    import bot.media.fetcher as fetcher

    source = "".join(path.read_text("utf-8") for path in Path(fetcher.__file__).parent.glob("*.py"))
    codes = set(re.findall(r'Refused\("(\w+)"\)', source)) | set(fetcher._LOST.values())
    assert codes <= set(LOST)
    assert "too_big" in codes
