"""/open311/v2: the routes of GeoReport v2, in JSON and XML, and its form of saying what went wrong."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from aiohttp import web

from adapters.text import clean
from bot.api.auth import WRITERS, Refused, owner_of
from bot.api.limits import LIMITS, open_limits
from bot.audit import audit
from bot.forms import UNASKABLE, read_form
from bot.keys import SERVICES
from bot.numbers import whole
from bot.outside.open311 import DAYS, MOST, Service311, Wanted, as_xml, moment, public_intents, requests_of
from bot.services import Services
from bot.store.database import StoreAway
from conversations.codes import Intent
from conversations.messages import ContactRef, Inbound, Location

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LONGEST = 4000
_DECIMAL = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,30})?", re.ASCII)


class Wrong(Exception):
    """What the specification calls an error: its status and the sentence."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


def services_of(services: Services) -> list[Service311]:
    """The public ones, by the titles of the rows in use."""
    book = services.playbook
    return [Service311(code, book.intents[Intent(code)].title, "求助") for code in sorted(public_intents())]


def _answer(
    request: web.Request, root: str, item: str, items: Sequence[Mapping[str, Any]], status: int = 200
) -> web.Response:
    if request.match_info["format"] == "json":
        text = json.dumps(items, ensure_ascii=False)
        return web.Response(text=text, status=status, content_type="application/json", charset="utf-8")
    return web.Response(body=as_xml(root, item, items), status=status, content_type="text/xml", charset="utf-8")


def _in_its_form(handler: Handler) -> Handler:
    async def door(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Wrong as wrong:
            status, words, headers = wrong.status, wrong.words, {}
        except Refused as refused:
            # The specification says 403 where a key is missing or wrong.
            status = 403 if refused.status == 401 else refused.status
            words, headers = refused.message, {k: v for k, v in refused.answer.headers.items() if k == "Retry-After"}
        except (web.HTTPBadRequest, UNASKABLE):
            status, words, headers = 400, "the request holds something nobody can read", {}
        except StoreAway:
            status, words, headers = 503, "the record does not answer; try again", {}
        answer = _answer(request, "errors", "error", [{"code": status, "description": words}], status)
        answer.headers.update(headers)
        return answer

    return door


async def get_services(request: web.Request) -> web.StreamResponse:
    """GET /open311/v2/services.{json,xml}"""
    return _answer(request, "services", "service", [one.shown() for one in services_of(request.app[SERVICES])])


async def get_service(request: web.Request) -> web.StreamResponse:
    """GET /open311/v2/services/{code}.{json,xml}: no service asks more than a description."""
    code = request.match_info["code"]
    if code not in public_intents():
        raise Wrong(404, "service_code was not found")
    if request.match_info["format"] == "json":
        return web.json_response({"service_code": code, "attributes": []})
    return _answer(request, "service_definitions", "service_definition", [{"service_code": code, "attributes": ""}])


async def get_requests(request: web.Request) -> web.StreamResponse:
    """GET /open311/v2/requests.{json,xml}?service_request_id=&service_code=&start_date=&end_date=&status=&page=&page_size="""
    services, query = request.app[SERVICES], request.query
    public = public_intents()
    codes = [one.strip() for one in query.get("service_code", "").split(",") if one.strip()]
    states = {one.strip() for one in query.get("status", "").split(",") if one.strip()}
    if states - {"open", "closed"}:
        raise Wrong(400, "status is open or closed")
    page, size = whole(query.get("page", "1"), 10_000), whole(query.get("page_size", str(MOST)))
    if not page or not size:
        raise Wrong(400, "page and page_size are numbers from 1")
    try:
        start = moment(query["start_date"]) if query.get("start_date") else None
        end = moment(query["end_date"]) if query.get("end_date") else None
    except (ValueError, OverflowError):
        raise Wrong(400, "start_date and end_date are written like 2022-04-05T00:00:00+08:00") from None
    numbers = [one.strip() for one in query.get("service_request_id", "").split(",") if one.strip()] or None
    if numbers is None:
        end = end or (start + timedelta(days=DAYS) if start else services.clock())
        start = max(start or end - timedelta(days=DAYS), end - timedelta(days=DAYS))
    wanted = Wanted(
        [one for one in sorted(public) if not codes or one in codes], states.pop() if len(states) == 1 else "", start, end,
        numbers[:100] if numbers else None, page, min(size, MOST),
    )  # fmt: skip
    return _answer(request, "service_requests", "request", await _found(services, wanted))


async def get_request(request: web.Request) -> web.StreamResponse:
    """GET /open311/v2/requests/{number}.{json,xml}"""
    number = request.match_info["number"]
    found = await _found(request.app[SERVICES], Wanted(sorted(public_intents()), numbers=[number]))
    if not found:
        raise Wrong(404, "service_request_id was not found")
    return _answer(request, "service_requests", "request", found)


async def _found(services: Services, wanted: Wanted) -> list[dict[str, Any]]:
    names = {one.code: one.name for one in services_of(services)}
    return await requests_of(services.database, wanted, names)


async def post_request(request: web.Request) -> web.StreamResponse:
    """POST /open311/v2/requests.{json,xml}: api_key, service_code, description, address_string, lat, long, phone, …

    It becomes a message of somebody on the app channel, heard like any other; its number is the ticket's once it has one.
    """
    services = request.app[SERVICES]
    form = {name: clean(str(value)).strip() for name, value in (await read_form(request)).items()}
    key = form.get("api_key") or request.query.get("api_key", "")
    if not key:
        raise Wrong(403, "api_key was not provided")
    name, role = await owner_of(request, key)
    if role not in WRITERS:
        raise Wrong(403, "this api_key only reads")
    if not form.get("service_code"):
        raise Wrong(400, "service_code was not provided")
    if form["service_code"] not in public_intents():
        raise Wrong(404, "service_code was not found")
    words = form.get("description", "")
    if not words:
        raise Wrong(400, "description was not provided")
    told = "，".join(part for part in (words, form.get("address_string", ""), _phone(form)) if part)
    if len(told) > _LONGEST:
        raise Wrong(400, f"description is longer than {_LONGEST} characters")
    place = _place(form)
    account = next((one for (channel, _), one in services.accounts.items() if channel == "app"), None)
    if account is None:
        raise Wrong(503, "there is no app account that could hear this")
    sender = f"open311-{uuid4().hex}"
    heard = await services.intake.hear(_inbound(services, account.name, sender, told, place), account)
    if not heard.stored:
        raise Wrong(503, "this could not be kept; send it again")
    await audit(services.database, f"token:{name}", "open311.request", sender)
    hashed = services.vault.hash("openid", "app", account.name, sender)
    number = await services.database.value(
        "select t.number from tickets t join contacts c on c.id = t.conversation where c.openid_hash = $1 limit 1",
        hashed,
    )
    notice = "；".join(one.text for one in heard.said)
    given = {"service_request_id": number} if number else {"token": sender}
    return _answer(
        request, "service_requests", "request", [{**given, "service_notice": notice, "account_id": ""}], 200
    )  # fmt: skip


async def get_token(request: web.Request) -> web.StreamResponse:
    """GET /open311/v2/tokens/{token}.{json,xml}: the number of a request that had none yet."""
    services, token = request.app[SERVICES], request.match_info["token"]
    account = next((one for (channel, _), one in services.accounts.items() if channel == "app"), None)
    hashed = services.vault.hash("openid", "app", account.name if account else "", token)
    found = await services.database.row(
        "select (select number from tickets where conversation = c.id limit 1) as number from contacts c "
        "where c.openid_hash = $1",
        hashed,
    )
    if found is None or not token.startswith("open311-"):
        raise Wrong(404, "token was not found")
    return _answer(
        request, "service_requests", "request", [{"service_request_id": found["number"] or "", "token": token}]
    )  # fmt: skip


def _phone(form: Mapping[str, str]) -> str:
    name = f"{form.get('last_name', '')}{form.get('first_name', '')}"
    return "，".join(
        part for part in (f"联系人{name}" if name else "", f"电话{form['phone']}" if form.get("phone") else "") if part
    )


def _place(form: Mapping[str, str]) -> Location | None:
    """`lat` and `long` in WGS-84. Refused when they cannot be read: who sent them counts on being found by them."""
    if not form.get("lat") and not form.get("long"):
        return None
    degrees = [_degrees(form.get(name, ""), most) for name, most in (("lat", 90), ("long", 180))]
    return Location(degrees[0], degrees[1])


def _degrees(text: str, most: int) -> float:
    """Raises Wrong."""
    if not _DECIMAL.fullmatch(text) or abs(number := float(text)) > most:
        raise Wrong(400, "lat and long are both given, in degrees of WGS 84, or neither")
    return number


def _inbound(services: Services, account: str, sender: str, text: str, place: Location | None) -> Inbound:
    return Inbound(ContactRef("app", account, sender), sender, "text", text, services.clock(), location=place)


def add_open311(app: web.Application) -> None:
    """On the application that holds the services."""
    app[LIMITS] = open_limits()
    end = r".{format:json|xml}"
    for method, path, handler in (
        ("GET", f"/services{end}", get_services),
        ("GET", rf"/services/{{code:[\w-]+}}{end}", get_service),
        ("GET", f"/requests{end}", get_requests),
        ("GET", rf"/requests/{{number:[\w-]+}}{end}", get_request),
        ("POST", f"/requests{end}", post_request),
        ("GET", rf"/tokens/{{token:[\w-]+}}{end}", get_token),
    ):
        app.router.add_route(method, f"/open311/v2{path}", _in_its_form(handler))
