"""Where they want to go for treatment is not where they are: no car is sent to the hospital to fetch them there."""

import pytest

from tests.conversations.ruled import hear
from tests.conversations.talking import Play

HOME = "长宁区仙霞路300弄5号302室"


@pytest.mark.parametrize(
    "told",
    [
        "我妈乳腺癌要去肿瘤医院东安路270号化疗，没车去",
        "我妈要去东安路270号化疗，没有车",
        "想去宛平南路600号配药，出不了小区",
        "去瑞金二路197号配药，没有通行证",
        "需要跨江到徐汇区东安路270号肿瘤医院就医",
        "我爸要转到枫林路180号中山医院做手术，没人接",
        "医院在枫林路180号，我们出不了小区",
        "透析的医院地址是宜山路600号，小区不放人",
        "约了华山医院乌鲁木齐中路12号的专家号，出不去",
        "中山医院（枫林路180号）约了明天手术，没车",
        "我爸在六院宜山路600号透析，现在小区封了去不了",
        "每周要到宜山路600号透析三次，现在出不去",
        "要去浦东机场迎宾大道6000号坐飞机，没有车",
        "要去张江路88号上班，小区不放",
    ],
)
def test_a_destination_is_not_where_they_are(told: str) -> None:
    play = Play()
    hear(play, told, "oncology", 0.9)
    assert "address" not in play.case.slots
    play.wait(seconds=60)
    hear(play, HOME, "consult", 0.3)
    assert play.case.slots["address"].value == HOME


@pytest.mark.parametrize(
    "told",
    [
        "我要送我老婆去国妇婴衡山路910号 破水了 车打不到",
        "我老婆破水了 要去一妇婴高科西路2699号 没车",
        "我妈胸口痛 想送第六人民医院 宜山路600号 门卫不让出",
        "我爸胸口痛 要去华山 乌鲁木齐中路12号 没车",
        "我妈现在在家 要去胸科淮海西路241号 胸口痛",
        "孩子抽筋了 救护车送去了儿科医院万源路399号 我也要去",
        "想去闵行区莘松路300弄我表哥家 进不去",
        "我在人民广场 想去闵行区莘松路300弄我表哥家 进不去",
    ],
)
def test_a_hospital_they_long_for_is_not_where_a_life_is_in_danger(told: str) -> None:
    play = Play()
    hear(play, told, "emergency", 0.9)
    assert "address" not in play.case.slots
    play.wait(seconds=60)
    hear(play, HOME, "consult", 0.3)
    assert play.case.slots["address"].value == HOME


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (f"我爸晕倒了 救护车送去了徐汇区宜山路600号六院 我在家 {HOME} 出不去", HOME),
        (f"我妈晕倒了，她住{HOME}，要去华山医院", HOME),
        ("我爸在六院宜山路600号 人昏迷了", "徐汇区宜山路600号"),
        ("我妈送到新华医院控江路1665号了 急诊不收 她喘不上气", "杨浦区控江路1665号新华医院"),
        ("我们住国妇婴对面 衡山路910弄3号201 老婆破水了", "徐汇区衡山路910弄3号201"),
        ("我妈住中山北路200号 晕倒了", "静安区中山北路200号"),
        ("救护车到张杨路100号接我妈 她喘不上气", "浦东新区张杨路100号"),
        ("氧气送到张杨路100号 我妈喘不上气", "浦东新区张杨路100号"),
        ("氧气瓶送到徐汇区宜山路600号六院 我妈喘不上气", "徐汇区宜山路600号六院"),
    ],
)
def test_where_they_are_is_kept_though_a_hospital_is_named(told: str, place: str) -> None:
    play = Play()
    hear(play, told, "emergency", 0.9)
    assert play.case.slots["address"].value == place


@pytest.mark.parametrize(
    "told",
    [
        f"我住{HOME}，要去肿瘤医院东安路270号化疗",
        f"要去东安路270号肿瘤医院化疗，我家在{HOME}",
        f"从{HOME}去六院透析",
        f"请派车到{HOME}接我妈去透析",
        f"能不能上门到{HOME}换药",
        f"医生能到{HOME}给我妈换药吗",
        f"药送到{HOME}，要化疗的",
        f"{HOME}，去六院化疗没有车",
        f"我刚回到{HOME}，明天要透析",
        f"搬到{HOME}了，化疗去不了",
        f"要去{HOME}接我妈去透析",
        f"我人在{HOME}，要去透析",
    ],
)
def test_a_home_beside_a_treatment_stays_a_home(told: str) -> None:
    play = Play()
    hear(play, told, "oncology", 0.9)
    assert play.case.slots["address"].value == HOME


@pytest.mark.parametrize(
    "told",
    [
        "派车到张杨路100号接我妈去透析",
        "能不能上门到张杨路100号换药",
        "医生能不能来张杨路100号给我妈看病",
        "药能送到张杨路100号吗，化疗药断了",
        "我家住张杨路100号，要去化疗",
        "张杨路100号，我妈要化疗",
        "地址张杨路100号 化疗没有车",
        "我回到张杨路100号，没去化疗",
    ],
)
def test_a_house_without_a_room_stays_a_home(told: str) -> None:
    play = Play()
    hear(play, told, "oncology", 0.9)
    assert play.case.slots["address"].value == "浦东新区张杨路100号"


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ("我在中山医院枫林路180号急诊，胸口痛没人管", "枫林路"),
        ("人已经到枫林路180号中山医院了，没人管", "枫林路"),
        ("我妈住在宜山路600号六院旁边，要化疗", "宜山路"),
        ("我爸困在六院宜山路600号出不来，化疗做完了", "宜山路"),
    ],
)
def test_who_is_at_the_hospital_is_there(told: str, where: str) -> None:
    play = Play()
    hear(play, told, "oncology", 0.9)
    assert where in play.case.slots["address"].value
