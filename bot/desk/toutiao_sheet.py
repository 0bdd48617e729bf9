"""Comments as people bring them: a table with headings, copied or as a file, or one comment a line. Pure."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.text import clean
from conversations.playbook import SHANGHAI
from data.toutiao import ToutiaoRows

LONGEST = {"text": 2000, "author": 60, "link": 300}
_AGO = re.compile(r"(\d{1,3})\s*(分钟|小时|天)前")
_UNITS = {"分钟": timedelta(minutes=1), "小时": timedelta(hours=1), "天": timedelta(days=1)}
_DATE = re.compile(
    r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[:：](\d{2}))?", re.ASCII
)  # fmt: skip


class BadComments(Exception):
    """What was brought in cannot be read; the sentence says where and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One comment. `link` only http(s), else ""; `at` None where the time is missing or not understood."""

    text: str
    author: str
    link: str
    at: datetime | None


def decoded(raw: bytes) -> str:
    """UTF-8, or GBK as Excel writes it. Raises BadComments."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadComments("文件读不懂：请另存为 CSV（UTF-8）再传。")


def read_comments(text: str, link: str, rows: ToutiaoRows, now: datetime) -> list[Line]:
    """`link`: the article's, for lines that name none. Raises BadComments."""
    text = text.strip("\ufeff\r\n")
    if not text.strip():
        raise BadComments("还没有贴评论，也没有选文件。")
    first = text.splitlines()[0]
    mark = "\t" if "\t" in first else ","
    heads = [rows.columns.get(one.strip().strip('"').lower(), "") for one in first.split(mark)]
    if "text" in heads:
        found = _table(text, mark, heads, link, now)
    else:
        found = [Line(_short(line, "text"), "", link, None) for line in text.splitlines() if line.strip()]
    if len(found) > rows.most:
        raise BadComments(f"一次最多 {rows.most} 条，这里有 {len(found)} 条，请分几次。")
    if not found:
        raise BadComments("没有找到评论：“评论”一栏都是空的。")
    return found


def _table(text: str, mark: str, heads: list[str], link: str, now: datetime) -> list[Line]:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        raise BadComments("表格不完整：有一处引号没有配对。") from None
    found = []
    for cells in lines[1:]:
        row = {name: cell.strip() for name, cell in zip(heads, cells, strict=False) if name}
        if row.get("text"):
            author, where = _short(row.get("author", ""), "author"), web_address(row.get("link", ""))
            found.append(Line(_short(row["text"], "text"), author, where or link, when(row.get("time", ""), now)))
    return found


def _short(value: str, name: str) -> str:
    return clean(value.strip())[: LONGEST[name]]


def web_address(value: str) -> str:
    """An address a person may follow; "" for anything else."""
    value = clean(value.strip())
    return value if re.fullmatch(r"https?://[^\s<>\"']{3,290}", value) else ""


def when(value: str, now: datetime) -> datetime | None:
    """As people see it on the page: 3小时前, 刚刚, 昨天 12:30, 04-05 12:30, 2022-04-05 12:30. Shanghai's clock."""
    here = now.astimezone(SHANGHAI)
    if value.startswith("刚刚"):
        return now
    if ago := _AGO.match(value):
        return now - int(ago[1]) * _UNITS[ago[2]]
    for day, back in (("今天", 0), ("昨天", 1), ("前天", 2)):
        if value.startswith(day):
            value = f"{here - timedelta(days=back):%Y-%m-%d} {value[2:].strip()}"
    found = _DATE.match(value)
    if found is None:
        return None
    try:
        at = datetime(
            int(found[1] or here.year), int(found[2]), int(found[3]), int(found[4] or 0), int(found[5] or 0),
            tzinfo=SHANGHAI,
        )  # fmt: skip
        if at > here and not found[1]:  # 12月31日 read in January
            at = at.replace(year=at.year - 1)
    except ValueError:
        return None
    return min(at, here)
