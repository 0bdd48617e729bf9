"""A platform 100 ms away, in a process of its own: takes every text and writes down who got it, in order of arrival.

`python -m tests.channels.far_platform PORT FILE`
"""

import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

LATENCY = 0.1


def main(port: int, ledger: Path) -> None:
    with ledger.open("w", encoding="utf-8", buffering=1) as out:

        async def token(request: web.Request) -> web.Response:
            return web.json_response({"access_token": "far-token", "expires_in": 7200})

        async def send(request: web.Request) -> web.Response:
            asked = json.loads(await request.read())
            out.write(json.dumps([asked["touser"], asked["text"]["content"]]) + "\n")
            await asyncio.sleep(LATENCY)
            return web.json_response({"errcode": 0, "errmsg": "ok"})

        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", token)
        app.router.add_post("/cgi-bin/message/custom/send", send)
        web.run_app(app, host="127.0.0.1", port=port, print=lambda *_: None, access_log=None)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
