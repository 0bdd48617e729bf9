"""What a person's name looks like beside an address: the common surnames, and how people are called."""

import re

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤施俞倪翁瞿奚盛诸庄鲍殷樊凌柳章虞裘傅葛裴"
)
DOUBLE_SURNAMES = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|令狐|慕容|司徒"
TITLES = (
    "先生|女士|小姐|阿姨|老师|师傅|医生|主任|大夫|护士|书记|经理|大爷|大妈|奶奶|爷爷|伯伯|老伯|老太|警官|队长|站长|院长"
)
_TITLED = re.compile(rf"[一-鿿]{{1,3}}(?:{TITLES}|太太|阿婆|阿公|爷叔|叔叔|同志|同学)")
_NAME = re.compile(rf"(?:[{SURNAMES}][一-鿿]{{1,2}}|(?:{DOUBLE_SURNAMES})[一-鿿]{{1,2}})")
_CALLED = re.compile(r"姓[一-鿿]$")
_NUMBER = re.compile(r"[\s,，:：、]*(?:电话|手机|联系)?[\s:：]*[+＋]?\d{7}")


def is_person(word: str, after: str) -> bool:
    """Whether a word behind an address is who lives there: 李先生; 大爷姓钱; 张伟, where a number to call follows (`after`)."""
    if _CALLED.search(word) or _TITLED.fullmatch(word):
        return True
    return bool(_NAME.fullmatch(word) and _NUMBER.match(after))
