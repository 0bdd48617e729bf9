"""Reading a page as a browser does: which tags and attributes it really has, and where it leads."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

PLANTED = "x-planted"
"""A tag nobody writes; wherever the words of a stranger become one, they were not escaped."""
EVIL = f"\"'><{PLANTED} onclick=alert(1)>毒</{PLANTED}><script>alert(2)</script>"


@dataclass
class Seen(HTMLParser):
    """`faults`: what must not be on a page of ours. `links`: addresses of our own that it offers."""

    faults: list[str] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    words: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._script = tag == "script"
        if tag in (PLANTED, "style", "base", "object", "embed", "iframe"):
            self.faults.append(f"<{tag}>")
        if tag == "script" and not given.get("src", "").startswith(("/desk/static/", "/chat/static/")):
            self.faults.append(f"<script src={given.get('src')!r}>")
        self.faults += [f"{tag} {name}=" for name in given if name.startswith("on") or name in ("style", "srcdoc")]
        for name in ("href", "src", "action", "formaction"):
            value = given.get(name, "")
            if re.match(r"\s*(javascript|vbscript|data:text)", value, re.IGNORECASE):
                self.faults.append(f"{tag} {name}={value[:40]}")
            if tag == "a" and name == "href" and value.startswith("/") and not value.startswith("//"):
                self.links.add(value.partition("#")[0])

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._script and data.strip():
            self.faults.append(f"script with words: {data[:40]}")

    def handle_endtag(self, tag: str) -> None:
        self._script = False


def read_page(text: str) -> Seen:
    seen = Seen()
    seen.feed(text)
    return seen


def pieces(text: str) -> list[str]:
    """The markup in an answer for a page's script: every text of the JSON that has a tag."""
    out: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                walk(one)
        elif isinstance(value, str) and "<" in value:
            out.append(value)

    walk(json.loads(text))
    return out
