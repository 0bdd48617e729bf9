"""Medicines as they are printed on prescriptions, boxes and receipts: a name that ends in its form, alone or with its dose.

Only for words read on pictures. People write 「头孢」 and 「降压药」; in a sentence a form's character says little.
"""

import re
import unicodedata

_FORM = "缓释片|控释片|肠溶片|分散片|咀嚼片|胶囊|颗粒|注射液|注射剂|口服液|滴眼液|吸入剂|气雾剂|混悬液|软膏|乳膏|贴剂|糖浆|丸|片"
_NAME = re.compile(
    rf"(?:^|(?<=[\s:：.、,，;；)）]))(?:\d{{1,2}}[.、)）])?([\u4e00-\u9fff]{{2,12}}?(?:{_FORM}))(?=$|[\s(（\[【*×x\d,，;；:：])",
    re.MULTILINE,
)
_NO_MEDICINE = re.compile(r"(?:照|图|相|名|底|唱|影|切|大|这|那|每次\S*|一)片$|[一二两三四五六七八九十几每]片$")
_MOST = 8


def printed_medicines(text: str) -> tuple[str, ...]:
    """The names in their order, each once, eight at most: a longer list is no prescription."""
    found = (match[1] for match in _NAME.finditer(unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(name for name in found if not _NO_MEDICINE.search(name)))[:_MOST]
