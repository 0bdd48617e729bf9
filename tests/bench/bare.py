"""The yardstick: a bare aiohttp handler that reads the same bodies and says success."""

import sys

from aiohttp import web


async def hello(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="success")


app = web.Application()
app.router.add_post("/hook/wechat/main", hello)
app.router.add_get("/healthz", lambda request: hello(request))
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=lambda *_: None, access_log=None)
