"""Our envelope beside wechatpy's own way of opening and answering the same push."""

import time
from collections.abc import Callable

from wechatpy import create_reply, parse_message

from adapters.wechat import CHANNEL
from tests.adapters.wechat_cases import ORACLE, SECRETS, opened_text, push

_TEXT = "您好，已收到。请问老人吃的是什么药，还能吃几天？"
_ROUNDS, _TIMES = 7, 300


def print_envelope() -> None:
    """Opening, parsing and answering one text, best of a few rounds, and the ratio."""
    payload = push("<MsgType>text</MsgType><Content><![CDATA[三林镇断药，求助]]></Content><MsgId>1</MsgId>")
    request = CHANNEL.sign(payload, SECRETS, now=time.time())
    query = request.query
    opened, inbound = opened_text()
    message = parse_message(payload)

    def theirs() -> None:
        parse_message(ORACLE.decrypt_message(request.body, query["msg_signature"], query["timestamp"], query["nonce"]))
        ORACLE.encrypt_message(create_reply(_TEXT, message), "n", "1649000000")

    def ours() -> None:
        CHANNEL.parse(CHANNEL.open(request, SECRETS).payload, "main")
        CHANNEL.render(_TEXT, inbound, opened, SECRETS)

    mine, wechatpy = _micros(ours), _micros(theirs)
    print(f"envelope in and out {mine:.0f} µs, wechatpy's {wechatpy:.0f} µs: ratio {mine / wechatpy:.2f}")


def _micros(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        for _ in range(_TIMES):
            work()
        best = min(best, (time.perf_counter() - began) / _TIMES)
    return best * 1e6
