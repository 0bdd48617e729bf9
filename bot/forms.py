"""What strangers send that nobody can read: forms that are none, and values the record cannot even be asked for."""

import asyncpg
from aiohttp import ClientPayloadError, web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import MultiDictProxy

UNREADABLE = (ValueError, LookupError, AssertionError, RuntimeError, HttpProcessingError)
"""What aiohttp raises over a part that is cut, encoded in nothing we know, or without its boundary."""

GONE = (ClientPayloadError, ConnectionError)
"""What reading and writing raise when whoever is at the other end went away in the middle."""

UNASKABLE = asyncpg.DataError
"""What PostgreSQL and its driver say of a NUL, or of a number too great for its column."""

SENTENCE = "这份表单读不出来，请刷新页面再试。"
ODD = "里面有不能用的字符，请改一改再试。"


async def read_form(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    """The fields of a form, read once. Raises HTTPBadRequest: nothing but aiohttp's own reading can fail in here."""
    try:
        return await request.post()
    except (web.HTTPException, ConnectionError):
        raise
    except Exception as error:
        raise web.HTTPBadRequest(text=SENTENCE) from error
