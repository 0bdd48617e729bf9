"""Danger by rules, on sentences of our own. The tables in `rows/` were written from the conditions, not from residents' texts.

First runs, before any rule was mended for them: red 129 of 135, check 24 of 30, calm 80 of 81, urgent 41 of 45; the second
batch (`fresh.csv`, written when the rules stood): red 34 of 45, calm 22 of 25, check 6 of 6; the third (`fresh2.csv`, after that
was mended): red 39 of 55, calm 19 of 20, check 5 of 5. That is what rules alone do on words they have not met.
"""

import csv
import time
from pathlib import Path

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.redflags import DangerReading, RedFlags
from conversations.codes import Flag, Intent, Urgency
from conversations.patterns import parse_pattern
from conversations.rules import Kind, Need, RedRows, RuleRow, SignRow
from data.faults import Fault, rows_folder
from data.red import load_red

ROWS = Path(__file__).parent / "rows"
CALM = (Urgency.NORMAL, Urgency.SOON)


def rows(name: str) -> list[list[str]]:
    lines = (ROWS / name).read_text("utf-8").splitlines()[1:]
    return list(csv.reader(line for line in lines if line and not line.startswith("#")))


def load() -> RedFlags:
    faults: list[Fault] = []
    loaded = load_red(rows_folder(), faults)
    assert not faults, faults
    return RedFlags(loaded)


RED = load()


def verdict(reading: DangerReading) -> str:
    if reading.urgency is Urgency.CRITICAL:
        return "critical"
    if Flag.CHECK in reading.flags:
        return "check"
    return "calm" if reading.urgency in CALM else "urgent"


def test_no_sign_is_without_a_rule() -> None:
    loaded = load_red(rows_folder(), [])
    used = {concept for rule in loaded.rules for need in rule.needs for concept in need.concepts}
    made = {row.concept for row in loaded.signs} | {row.concept for row in loaded.limits}
    assert made == used


@pytest.mark.parametrize(("text", "code"), rows("red.csv"))
def test_red_conditions(text: str, code: str) -> None:
    reading = RED.read(text)
    assert verdict(reading) == "critical"
    assert code in {reason.code for reason in reading.reasons}


@pytest.mark.parametrize("text", [row[0] for row in rows("check.csv")])
def test_doubtful_frames_ask_once(text: str) -> None:
    assert verdict(RED.read(text)) == "check"


@pytest.mark.parametrize("text", [row[0] for row in rows("calm.csv")])
def test_calm_texts_raise_no_alarm(text: str) -> None:
    assert verdict(RED.read(text)) == "calm"


@pytest.mark.parametrize("text", [row[0] for row in rows("urgent.csv")])
def test_orange_list(text: str) -> None:
    assert verdict(RED.read(text)) != "calm"


@pytest.mark.parametrize("text", [row[0] for row in rows("deceased.csv")])
def test_the_dead_are_flagged(text: str) -> None:
    assert Flag.DECEASED in RED.read(text).flags


@pytest.mark.parametrize(
    "text",
    ["120来了 又走了", "120来了 人送走了", "居委的人走了", "保洁阿姨走了", "奶奶走不动了", "我爸氧气今晚就没了",
     "我爸走了三公里买菜", "他走的时候没拿药", "企业的人已经走了",
     "我妈早上走的 去菜场", "爸爸昨天走的高速回来", "奶奶昨晚走的路太多 腿疼", "老伴走了十一年", "老伴死了五年 我一个人过",
     "父亲去世三年了"],
)  # fmt: skip
def test_who_only_left_is_not_dead(text: str) -> None:
    assert Flag.DECEASED not in RED.read(text).flags


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("没有胸痛", Intent.OTHER_MEDICAL),
        ("我妈，没有胸痛，就是，头晕", Intent.OTHER_MEDICAL),
        ("鼻出血 已经止住了", Intent.OTHER_MEDICAL),
        ("手被纸划破了", Intent.OTHER_MEDICAL),
        ("孩子换牙 出了点血", Intent.OTHER_MEDICAL),
        ("突然 停电了", Intent.LIVELIHOOD),
        ("我有高血压，血压140/90，药还有一周", Intent.MEDICINE),
        ("他有哮喘 药在家", Intent.MEDICINE),
        ("我要跳起来了 居委太气人", Intent.OTHER_MEDICAL),
        ("120来了 人没了", Intent.OTHER_MEDICAL),
        ("13512345678 随时打我", Intent.CONSULT),
        ("别打我 打我儿子13612340000", Intent.CONSULT),
        ("打我妈妈的 65431234", Intent.CONSULT),
        ("爷爷90岁耳朵不好，电话打不通，不过邻居说看到他了", Intent.CARE),
        ("操你妈的 打了一天电话没人接", Intent.CONSULT),
        ("他妈的 电话打不通", Intent.CONSULT),
        ("妈呀 打电话没人接", Intent.CONSULT),
        ("奶奶个熊 打了三天没人接", Intent.CONSULT),
        ("孩子咬到舌头 流了一点血", Intent.OTHER_MEDICAL),
        ("手指被门夹了 有点紫", Intent.OTHER_MEDICAL),
        ("跑完步胸口闷了一下 现在没事", Intent.OTHER_MEDICAL),
        ("爬楼爬得喘", Intent.OTHER_MEDICAL),
        ("爷爷走路慢 腿没力气 好几年了", Intent.OTHER_MEDICAL),
        ("说话不清楚 中风后遗症十年了", Intent.OTHER_MEDICAL),
        ("怀孕三个月 孕吐厉害", Intent.MATERNITY),
        ("我妈在化疗 头发掉光了", Intent.ONCOLOGY),
        ("刚刚量了血压 130/80", Intent.OTHER_MEDICAL),
        ("外面烟花声太响 吓到老人", Intent.COMMUNITY),
    ],
)
def test_signs_of_nothing_are_handed_over_as_such(text: str, about: Intent) -> None:
    reading = RED.read(text)
    assert (verdict(reading), reading.hushed) == ("calm", about)


@pytest.mark.parametrize(
    "text",
    [
        "没有胸闷 就是喘", "没有胸痛 但是左肩膀痛得冒汗", "没出血 肚子硬邦邦", "不发烧 眼睛翻上去了", "他没呼吸困难 人软了",
        "没见红 可是肚子一阵阵", "停电了 我妈喘", "不抽了 人不动了", "胸痛", "我有哮喘 药没了", "家里没菜了",
        "孩子咬到舌头 血一直流", "手指被门夹断了", "胸口闷 现在还没好", "外婆爬楼喘", "走路慢 今天突然腿没力气",
        "说话不清楚 今早开始的", "血压 75/40", "血压210/120 头痛",
        "怀孕三个月 孕吐 肚子痛得厉害", "我妈化疗 头发掉光 发烧39度",
        "我很害怕 随时打我13612340000", "我撑不下去了 请打我", "爷爷电话打不通", "邻居没有看到他 电话打不通",
    ],
)  # fmt: skip
def test_what_stands_beside_a_denial_is_not_silenced_with_it(text: str) -> None:
    assert RED.read(text).hushed is None


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("晚上打我", "critical"),
        ("晚上打我 13612340000", "calm"),
        ("求求你别打我了", "check"),
        ("别打我了 我在开会", "calm"),
        ("别打我 打我儿子13612340000", "calm"),
    ],
)
def test_a_number_tells_a_call_from_a_blow(text: str, expect: str) -> None:
    assert verdict(RED.read(text)) == expect


@pytest.mark.parametrize("text", ["我妈尿毒症腿水肿到大腿了", "开水打翻溅到胸口 起泡", "全身水肿 肿到膝盖 一直在涨"])
def test_water_of_the_body_or_the_kettle_is_no_flood(text: str) -> None:
    assert "R13W" not in {reason.code for reason in RED.read(text).reasons}


@pytest.mark.parametrize(("text", "expect"), rows("fresh.csv") + rows("fresh2.csv"))
def test_later_batches(text: str, expect: str) -> None:
    assert verdict(RED.read(text)) == expect


@pytest.mark.parametrize(("text", "expect", "why"), rows("known_failures.csv"))
def test_known_failures_still_fail(text: str, expect: str, why: str) -> None:
    assert verdict(RED.read(text)) != expect, f"mended: move this row to the other tables ({why})"


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("我奶奶85岁", Flag.ELDER),
        ("独居老人没菜了", Flag.LONE_ELDER),
        ("我怀孕20周想产检", Flag.PREGNANT),
        ("家里小囡发烧", Flag.MINOR),
        ("轮椅坏了 我是残疾人", Flag.DISABLED),
        ("我是阳性 想问转运", Flag.POSITIVE),
        ("帮我妈配药", Flag.PROXY),
        ("我人在国外 爸妈在上海", Flag.OVERSEAS),
        ("我们整栋楼都没菜了", Flag.MANY),
        ("求扩散 帮忙转发", Flag.REPOST),
        ("听说明天要断网 是真的吗", Flag.RUMOUR),
        ("我是聋人 胸口痛", Flag.MUTE),
        ("我听不见 120也打不了 我是聋哑人", Flag.MUTE),
        ("不能打电话 他会听见", Flag.MUTE),
        ("躲在衣柜里 不敢出声", Flag.MUTE),
        ("手机欠费了打不了电话", Flag.MUTE),
    ],
)
def test_flags(text: str, flag: Flag) -> None:
    assert flag in RED.read(text).flags


@pytest.mark.parametrize(
    "text",
    [
        "我外婆是聋人 胸口痛",
        "老人打不了电话 也不会用手机",
        "居委电话打不通 120也打不进",
        "宝宝不会说话",
        "他不会听见的",
    ],
)
def test_who_writes_can_call(text: str) -> None:
    assert Flag.MUTE not in RED.read(text).flags


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("血透五天没做了", Intent.DIALYSIS),
        ("我怀孕36周见红了", Intent.MATERNITY),
        ("我不想活了", Intent.DISTRESS),
        ("化疗后发高烧", Intent.ONCOLOGY),
        ("两个月的宝宝发烧39度", Intent.CHILD_ILLNESS),
    ],
)
def test_the_intent_of_the_danger(text: str, intent: Intent) -> None:
    assert RED.read(text).intent is intent


def test_reasons_name_rule_words_and_place() -> None:
    reading = RED.read("老人家里 我妈透析两次没做了 怎么办")
    reason = reading.reasons[0]
    assert (reason.code, reason.text) == ("R08", "透析已漏两次以上")
    assert reason.span and reason.span in "老人家里 我妈透析两次没做了 怎么办"


@pytest.mark.parametrize(
    "text",
    [
        "喘不过气", "他叫不醒了", "老人没气了", "胸口又痛", "爸爸 喘不上气",  # 不过 is no contrast, 醒了 no recovery
        "Help! My neighbor is not breathing, Pudong",
        "我媽媽暈倒了", "姆妈透勿过气", "ＳＰＯ２血氧只有８２",  # traditional, dialect, full width
    ],
)  # fmt: skip
def test_bugs_met_elsewhere(text: str) -> None:
    assert RED.read(text).urgency is Urgency.CRITICAL


@pytest.mark.parametrize("text", ["自行车没气了", "孕妇没见红 没破水", "没有胸闷、胸痛和气短", "醒了就好"])
def test_and_their_opposites(text: str) -> None:
    assert verdict(RED.read(text)) == "calm"


@pytest.mark.parametrize("text", ["我不是不想活", "没有想自杀", "不会跳楼的"])
def test_a_denied_suicide_is_asked_about_never_cleared(text: str) -> None:
    reading = RED.read(text)
    assert reading.urgency is not Urgency.CRITICAL
    assert Flag.CHECK in reading.flags


@pytest.mark.parametrize("text", [row[0] for row in rows("red.csv")])
def test_more_words_do_not_hide_danger(text: str) -> None:
    assert RED.read(f"你好。{text}。请帮帮忙，电话13800000000，谢谢。").urgency is Urgency.CRITICAL


@given(st.text(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_text_is_read(text: str) -> None:
    reading = RED.read(text)
    assert all(reason.span in text for reason in reading.reasons)


@given(st.lists(st.sampled_from("没有不透析喘气血胸痛三天了，。 走死老人1万万一如果吗"), max_size=120).map("".join))
@settings(max_examples=200, deadline=None)
def test_any_mixture_of_our_own_words_is_read(text: str) -> None:
    assert RED.read(text).urgency in Urgency


@pytest.mark.parametrize(
    "piece",
    [
        "没有不",
        "喘不",
        "血小板",
        "透析3天没",
        "没有胸闷、",
        "1",
        "一",
        "爸爸妈妈走",
        "我不想活 ",
        "如果万一担心",
        "突然说",
    ],
)
def test_time_is_bounded_on_hostile_texts(piece: str) -> None:
    text = piece * (65536 // len(piece))
    began = time.perf_counter()
    RED.read(text)
    assert time.perf_counter() - began < 3


def test_a_row_is_all_an_editor_needs() -> None:
    rows = RedRows(
        words={"pain": ("痛", "疼")},
        variants={},
        signs=(SignRow("toothache", Kind.PLAIN, parse_pattern("牙 ~2 @pain", {"pain": ("痛", "疼")})),),
        frames=(),
        limits=(),
        rules=(RuleRow("X01", Urgency.URGENT, None, Intent.OTHER_MEDICAL, (Need(("toothache",)),), 0, "牙痛"),),
    )
    reading = RedFlags(rows).read("牙有点疼")
    assert (reading.urgency, reading.reasons[0].text) == (Urgency.URGENT, "牙痛")
    assert RedFlags(rows).read("牙，疼").urgency is Urgency.NORMAL  # a gap does not cross a comma


def test_every_fault_of_the_rows_is_named(tmp_path: Path) -> None:
    red = tmp_path / "red"
    red.mkdir()
    (red / "words.csv").write_text("set,words\na,x||y\n", "utf-8")
    (red / "variants.csv").write_text("read,written\n不不,勿\n", "utf-8")
    (red / "signs.csv").write_text("concept,kind,pattern\nc,plain,@nobody\nc,odd,痛\nc,plain,~99 痛\n", "utf-8")
    (red / "frames.csv").write_text("frame,side,reach,pattern\nno,before,0,没\n", "utf-8")
    (red / "limits.csv").write_text("concept,quantity,low,high\nhot,temperature,a,b\n", "utf-8")
    (red / "rules.csv").write_text(
        "code,effect,intent,needs,within,reason\nR,critical,,missing,0,x\nR,bad,,c,0,x\n", "utf-8"
    )
    faults: list[Fault] = []
    load_red(tmp_path, faults)
    assert {(fault.file, fault.line) for fault in faults} >= {
        ("words.csv", 2), ("variants.csv", 2), ("signs.csv", 2), ("signs.csv", 3), ("signs.csv", 4),
        ("frames.csv", 2), ("limits.csv", 2), ("rules.csv", 2), ("rules.csv", 3),
    }  # fmt: skip


def test_traditional_characters_are_read_alike() -> None:
    for to in ("s2t", "s2hk", "s2tw"):
        written = opencc.OpenCC(to).convert
        for text, code in rows("red.csv"):
            reading = RED.read(written(text))
            assert verdict(reading) == "critical", written(text)
            assert code in {reason.code for reason in reading.reasons}, written(text)
        for text in [row[0] for row in rows("calm.csv")]:
            assert verdict(RED.read(written(text))) != "critical", written(text)


BESIDE = (
    "急！{}", "居委不管，{}", "13800138000，{}", "静安区威海路100号，{}", "昨天还好好的，{}", "打不通120，{}",
    "家里没菜了，{}", "谢谢你们，{}", "{}，谢谢", "{}，怎么办", "{}，没有人管", "{}，家里没人",
    "{}，电话13800138000", "{}，是不是要去医院", "{}，没发烧", "{}，核酸阴性",
)  # fmt: skip


@pytest.mark.parametrize("around", BESIDE)
def test_what_people_say_around_a_danger_takes_nothing_from_it(around: str) -> None:
    """Numbers, thanks, another want, what is not: each by itself may stand in a rule or a frame for something else."""
    for text, _ in rows("red.csv"):
        assert verdict(RED.read(around.format(text.rstrip("。")))) == "critical", around.format(text)
    for (text,) in rows("check.csv"):
        assert verdict(RED.read(around.format(text.rstrip("。")))) in ("check", "critical"), around.format(text)


@pytest.mark.parametrize("around", [one for one in BESIDE if "120" not in one])
def test_what_people_say_around_it_makes_no_danger(around: str) -> None:
    for text in [row[0] for row in rows("calm.csv")]:
        assert verdict(RED.read(around.format(text.rstrip("。")))) != "critical", around.format(text)
