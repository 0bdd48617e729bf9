"""Who writes changes how we answer: a child by itself, somebody who has no Chinese. Pure; sees only the text."""

import re

_YEARS = "[4-9四五六七八九十]|1[0-3]|十[一二三]"
_CHILD = re.compile(
    rf"我(?:今年|现在|才|刚|只有|已经|是)*(?:{_YEARS})(?:周)?岁(?!的|多的)|我(?:在?读|在?上|是)(?:小学(?!老师|教师|校|门)|[一二三四五]年级)"
    r"|(?:爸爸妈妈|爸妈|大人)(?:都)?(?:不在家|被(?:拉|带|接)走了?|去隔离了?|被隔离了?).{0,12}(?:就|只有|剩)我(?:一个人|自己)"
)
"""Under fourteen, and speaking of themselves. A grown-up alone says so without parents who were taken away."""
_GROWN = re.compile(
    r"我(?:今年)?(?:1[4-9]|[2-9]\d|十[四五六七八九]|[二三四五六七八九]十)"
    r"|我(?:儿子|女儿|孩子|宝宝|外孙|孙子|孙女|小囡)"
)
_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+", re.IGNORECASE)
"""Of mail or the web: no words of any language."""
_SPEAKS = 3
"""Latin words from which a text without one Chinese character is a sentence in another language."""


def child_writes(text: str) -> bool:
    """Whether the writer is a child by what they say of themselves; in doubt not."""
    return _CHILD.search(text) is not None and _GROWN.search(text) is None


def without_chinese(text: str, *, known: bool = False) -> bool:
    """Whether it is said by somebody who has no Chinese; of whom that is `known`, a number or a word is enough."""
    if not text.strip() or _HAN.search(text):
        return False
    return known or len(_WORD.findall(_ADDRESS.sub(" ", text))) >= _SPEAKS
