"""Greetings before and thanks after what somebody wants: whoever is polite is in no less need.

A "您好" in front took a level of urgency from every twelfth of our own sentences, a "谢谢" behind from every thirtieth
(docs/understanding.md); now neither is seen by a model, in training or after.
"""

import re

# Texts are normalised: no marks but `!` and `?`, blanks between sentences, Latin letters small.
_GREETING = re.compile(
    r"(?:(?:"
    r"[你您]们?好(?![像几多久不些了难的转端])[啊呀吗]?|(?:早上|上午|中午|下午|晚上)好"
    r"|(?:新民晚报|新民|晚报|帮侬忙)?的?(?:记者|编辑|小编|主编|老师|领导|朋友|同志|各位|大家|叔叔|阿姨|工作人员)+(?:老师|朋友|同志|们)*好(?![像几多久不些了难的转端])"
    r"|hello|hi|嗨|哈喽|打扰[了一下]*|不好意思|抱歉|在吗|在不在"
    r")[ !?]*)+"
)
_THANKS = re.compile(
    r"(?:[ !?](?:"
    r"(?:非常|十分|万分|真的|太|先)?(?:谢谢侬?|感谢|多谢|拜谢)(?:[你您]们?|大家|各位|老师|记者|啦|了|啊)*"
    r"|(?:拜托|麻烦|辛苦)(?:[你您]们?|大家|各位|老师|啦|了)*|求求?[你您]们?了?"
    r")[ !]*)+$"
)
_LEAST = 4
"""Characters that must be left: a mere courtesy stays what it is."""


def without_courtesy(normalised: str) -> str:
    """A normalised text without the greeting it begins and the thanks it ends with; the text itself if little is left."""
    found = _GREETING.match(normalised)
    rest = _THANKS.sub("", normalised[found.end() :] if found else normalised).strip()
    return rest if len(rest) >= _LEAST else normalised
