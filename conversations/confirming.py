"""The answer to "is it happening now?", when it is not a bare yes: people say where, since when and who. Pure."""

import re
from dataclasses import replace

from conversations.codes import Act, Urgency
from conversations.messages import Inbound
from conversations.reading import Reading
from conversations.state import Conversation

_LONGEST = 60
_YES = re.compile(
    r"是(?!不是|否|吗|伐|么|问|说|想|怕|担心|万一|如果|别人|网上|听)|对(?!面|不|于|方|门|吗)|嗯|正在|还在|一直在|就是现在|现在就是"
)
"""How it begins; 是不是 asks back."""
_NOT_NOW = re.compile(
    r"不是|没有发生|还没(?:有)?(?:发生|开始)|好了|没事|退了|停了|醒了|缓过来|以前|上次|去年|前年|听说|网上|群里|朋友圈"
    r"|怕|担心|万一|如果|假如|开玩笑"
)


def confirmed(state: Conversation, message: Inbound, reading: Reading) -> Reading:
    """With the act `yes`, if what was asked last is a doubt and the words affirm it (是老家，昨晚开始的)."""
    text = message.text.strip()
    if "check" not in state.asked or reading.urgency is Urgency.CRITICAL or len(text) > _LONGEST:
        return reading
    if not {Act.YES, Act.NO, Act.SOLVED, Act.WITHDRAW}.isdisjoint(reading.acts):
        return reading
    if _YES.match(text) is None or _NOT_NOW.search(text) is not None:
        return reading
    return replace(reading, acts=(*reading.acts, Act.YES))
