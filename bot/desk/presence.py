"""Who else has this ticket open, and whether they are writing: kept in Redis for half a minute, never in the record.

Nothing depends on it: without Redis nobody is seen, and two people still cannot take one ticket.
"""

import time
from typing import Any

from aiohttp import web
from redis.exceptions import RedisError

from bot.codec import decode, encode
from bot.desk.pages import json_answer
from bot.desk.session import Staff
from bot.forms import read_form
from bot.keys import SERVICES
from bot.log import get_logger

log = get_logger("presence")

_HERE = 35.0
"""Seconds somebody counts as here after their page last said so; it says so every fifteen."""
_STATES = ("reading", "writing", "gone")


async def post_here(request: web.Request, staff: Staff) -> web.StreamResponse:
    """POST /desk/tickets/{number}/here: state. `{"others": [{"name", "writing"}]}`."""
    services, number = request.app[SERVICES], request.match_info["number"]
    state = str((await read_form(request)).get("state", ""))
    state = state if state in _STATES else "reading"
    try:
        changed, others = await _be_here(services.redis, number, staff, state)
    except (RedisError, OSError, TimeoutError, ValueError):
        log.warning("presence_away")
        return json_answer({"others": []})
    if changed:
        services.live.publish([{"what": "here", "number": number}])
    return json_answer({"others": others})


async def _be_here(redis: Any, number: str, staff: Staff, state: str) -> tuple[bool, list[dict[str, Any]]]:
    """(whether the others should look, who they are)."""
    key, now = f"bangnong:here:{number[:20]}", time.time()
    found = {login: decode(blob.encode()) for login, blob in (await redis.hgetall(key)).items()}
    there = {login: one for login, one in found.items() if one["at"] > now - _HERE}
    before = there.pop(staff.login, {"state": "gone"})["state"]
    async with redis.pipeline(transaction=False) as pipe:
        if gone := [login for login in found if login not in there and login != staff.login]:
            pipe.hdel(key, *gone)
        if state == "gone":
            pipe.hdel(key, staff.login)
        else:
            pipe.hset(key, staff.login, encode({"name": staff.name, "state": state, "at": now}).decode())
        pipe.expire(key, 120)
        await pipe.execute()
    others = [{"name": one["name"], "writing": one["state"] == "writing"} for _, one in sorted(there.items())]
    return state != before, others
