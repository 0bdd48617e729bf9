"""Words of strangers and of colleagues stay words, on every page that can be reached, and every page has its headers."""

import re
from collections import deque

import pytest

from tests.desk.conftest import Person, Resident, number_of
from tests.security.pages import EVIL, PLANTED, pieces, read_page
from tests.security.test_rights import ROWS
from tests.service import Record, Service

NEED = "家里氨氯地平吃完了，配不到药。电话13800005678，浦东新区三林镇牡丹路60弄5号楼502室"
FILES = ("export.", ".docx", ".xlsx", ".ics", "/code", "/static/", "/media/")


@pytest.fixture(scope="module")
async def planted(service: Service, people: dict[str, Person]) -> str:
    """Every field somebody can fill, filled with markup; the ticket's number."""
    chief, editor = people["admin"], people["editor"]
    place = {"latitude": 31.15, "longitude": 121.5, "label": f"三林镇{EVIL}"}
    resident = Resident(service, f"evil{EVIL}"[:60].replace(" ", ""))
    await resident.say(f"{NEED} {EVIL}", location=place)
    await resident.say(f"还有 {EVIL}", media=[{"kind": "file", "url": "https://example.org/x", "title": EVIL}])
    async with Record(service.home) as record:
        number = await number_of(record, resident.sender)
    ticket = f"/desk/tickets/{number}"
    for path, fields in (
        (f"{ticket}/claim", {}), (f"{ticket}/note", {"text": EVIL}),
        (f"{ticket}/correct", {"field": "slot:address", "value": f"浦东新区三林镇{EVIL}"}),
        (f"{ticket}/correct", {"field": "slot:drug", "value": EVIL}),
        (f"{ticket}/correct", {"field": "urgency", "value": "normal", "reason": EVIL}),
        (f"{ticket}/obstacle", {"code": "test_demanded", "on": "yes"}),
        (f"{ticket}/calls", {"result": "answered", "note": EVIL}),
        (f"{ticket}/supervise", {"level": "street", "who": EVIL, "promise": EVIL, "note": EVIL, "way": "phone", "due": "0"}),
        (f"{ticket}/order", {}),
        ("/admin/users", {"login": "odd", "name": EVIL[:40], "role": "reporter"}),
        ("/admin/webhooks", {"name": EVIL, "url": "https://example.org/x", "event": "ticket.opened"}),
        ("/admin/tokens", {"name": EVIL, "role": "reporter", "days": ""}),
        ("/desk/views", {"name": EVIL[:20], "query": "urgency=critical", "shared": "yes"}),
        ("/desk/toutiao", {"pasted": f"我爸胸口痛 {EVIL}\n没人管 {EVIL}"}),
        ("/desk/directory/new", {
            "name": f"坏<{PLANTED}>", "kind": "居委村委", "district": "浦东新区", "street": "三林镇", "numbers": "021-50001112",
            "hours": "", "source": EVIL, "note": EVIL,
        }),
        ("/desk/reports", {"kind": "flash", "obstacle": "test_demanded", "place_kind": "all", "place": ""}),
        ("/desk/new", {
            "words": f"药没了 {EVIL}", "phone": "13900001111", "place": f"三林镇{EVIL}", "who": EVIL[:30], "way": "phone",
            "id": "0123456789abcdef", "insist": "yes",
        }),
    ):  # fmt: skip
        who = editor if path.startswith("/desk/reports") else chief
        answer = await who.form(path, **fields)
        assert answer.status in (200, 303), (path, answer.status, answer.words[-600:])
    return number


async def test_markup_in_any_field_is_read_as_words(
    service: Service, planted: str, people: dict[str, Person], record: Record
) -> None:
    chief = people["admin"]
    assert len(read_page(f"<p>{EVIL}").faults) == 4  # unescaped it would be seen
    report = await record.value("select max(id) from reports")
    order = await record.value("select number from orders where ticket = $1", planted)
    assert report and order
    fill = {
        "{ticket}": planted,
        "{unit}": "1",
        "/reports/987654": f"/reports/{report}",
        "/orders/none": f"/orders/{order}",
    }
    waiting = deque(["/chat", "/login", f"/desk/rows?numbers={planted}"])
    for row in ROWS:
        path = row.path
        for name, value in fill.items():
            path = path.replace(name, value)
        if row.method == "GET" and row.marks["a"] == "+" and not row.path.startswith(("/api", "/desk/events")):
            waiting.append(path)
    been: set[str] = set()
    found: dict[str, str] = {}
    while waiting:
        path = waiting.popleft()
        if path in been or any(one in path for one in FILES) or len(been) > 300:
            continue
        been.add(path)
        answer = await chief.get(path)
        kind = answer.headers["Content-Type"]
        assert answer.status < 500, path
        if kind.startswith("text/html"):
            policy = answer.headers["Content-Security-Policy"]
            assert "script-src 'self'" in policy and "style-src 'self'" in policy and "unsafe" not in policy, path
            assert "frame-ancestors 'self'" in policy and "base-uri 'none'" in policy and "form-action 'self'" in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
            assert path.startswith(("/chat", "/login")) or answer.headers["Cache-Control"] == "no-store", path
        texts = [answer.text] if kind.startswith("text/html") else pieces(answer.text) if "json" in kind else []
        for text in texts:
            seen = read_page(text)
            assert not seen.faults, (path, seen.faults)
            found[path] = found.get(path, "") + seen.words
            waiting.extend(sorted(one for one in seen.links if one.startswith(("/desk", "/admin", "/account"))))
    shown = {path for path, words in found.items() if f"<{PLANTED}" in words}
    ticket = f"/desk/tickets/{planted}"
    for path in (
        "/desk", f"/desk/rows?numbers={planted}", ticket, f"{ticket}/parts", f"/desk/revisits/{planted}", "/desk/toutiao",
        "/desk/supervision", "/desk/directory", "/desk/views", f"/desk/orders/{order}", f"/desk/orders/{order}/sheet", "/admin",
        "/admin/webhooks", "/admin/tokens", "/admin/audit",
    ):  # fmt: skip
        assert path in shown, f"{path} does not show what was planted: {sorted(shown)}"
    assert len(been) > 90, sorted(been)


async def test_the_chat_shows_a_resident_their_own_markup_as_words(service: Service, people: dict[str, Person]) -> None:
    person = Person(service.base)
    await person.get("/chat")
    await person.form("/chat/send", text=EVIL)
    page = await person.get("/chat")
    assert not read_page(page.text).faults
    assert f"<{PLANTED}" in read_page(page.text).words
    await person.http.close()


ODD = "%22%3E%3Cscript%3Ealert(1)"


@pytest.mark.parametrize("path", [f"/chat?from={ODD}", f"/login?next={ODD}", f"/desk?q={ODD}", f"/admin/users/{ODD}"])
async def test_what_stands_in_an_address_stays_words(path: str, people: dict[str, Person]) -> None:
    answer = await people["admin"].get(path)
    assert not re.search(r"<script>|<b>alert", answer.text)
    assert not read_page(answer.text).faults
