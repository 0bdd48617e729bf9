"""The green channel from end to end: a resident pleads, a reporter sends the order, 12345 answers, the resident is told."""

from urllib.parse import quote

from tests.desk.conftest import PHONE, RED, Desk, Person, Resident
from tests.hotline.conftest import WHERE, act, begin, parts, plain, state, taken, ticket_of
from tests.platforms.hotline import HotlineGateway
from tests.service import Record, Service


async def test_from_the_plea_to_the_answer(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    resident = Resident(service, "story")
    ticket = await ticket_of(service, record, "story", RED, f"{WHERE}，12345打了四十遍打不通")
    section = plain(await parts(lina, ticket))
    assert "打了，没打通" in section
    assert "危急：不等居民打12345，可以马上送" in section or "打不通也算打过" in section

    order = await begin(lina, ticket)
    assert order == f"{ticket}-1"
    page = await lina.get(f"/desk/orders/{order}")
    assert page.status == 200
    for words in (PHONE, "牡丹路60弄5号楼502室", "三天没透析", "就医", "特急"):
        assert words in page.text, words
    assert await record.value(
        "select count(*) from audit where actor = 'lina' and action = 'desk.reveal' and subject = $1 "
        "and detail ->> 'field' = 'order'",
        ticket,
    )

    need = "请三林镇今天18点前派车送到仁济南院透析"
    sent = await act(lina, order, "send", **{"field-need": need, "level": "top", "called": "tried_not_through"})
    assert sent.status == 303, sent.words
    await taken(record, order)
    got = gateway.orders[order]["order"]
    assert got["called_12345"] == "tried_not_through"
    assert got["level"] == "top"
    assert got["fields"]["phone"].startswith(PHONE)
    assert got["fields"]["need"] == need
    assert RED in got["fields"]["words"]
    head = (await lina.get(f"/desk/tickets/{ticket}/parts")).json["parts"]
    assert "已转12345" in head["head"]
    assert "送出12345工单" in plain(head["history"])
    assert "12345已收下" in plain(head["orders"])

    # The sentence is offered, not sent; confirmed once, said once.
    heard = await resident.heard()
    assert not any("工单" in text and order in text for text in heard)
    assert f"编号{order}" in head["orders"]
    mark = str(int((await state(record, order))["sent_at"].timestamp() * 1000))
    text = f"您的事已按“特急”工单送到12345，编号{order}。"
    for _ in range(2):
        told = await lina.do(f"/desk/tickets/{ticket}/order-tell", order=order, mark=mark, text=text)
    assert told.status in (200, 409)
    assert (await resident.heard()).count(text) == 1
    assert (await state(record, order))["told"] == "sent"

    # 12345 receives, passes on, answers.
    for status, more in (
        ("received", {}),
        ("assigned", {"unit": "三林镇城运中心"}),
        ("answered", {"unit": "三林镇城运中心", "text": f"已安排车辆18点到5号楼，联系{PHONE}"}),
    ):
        code, said = await gateway.say(service.base, gateway.news(order, status, **more))
        assert (code, said) == (200, {"accepted": True, "status": status})
    section = await parts(lina, ticket)
    assert "三林镇城运中心" in section
    assert PHONE not in section.partition("<textarea")[0]
    assert "12345有答复了" in (await lina.get(f"/desk/tickets/{ticket}")).words
    listing = (await wang.get("/desk/orders")).words
    assert "有答复" in listing
    assert order in listing
    mark = str(int((await state(record, order))["news_at"].timestamp() * 1000))
    answer = "12345答复：已安排车辆18点到。请问是不是真的办了？"
    told = await lina.do(f"/desk/tickets/{ticket}/order-tell", order=order, mark=mark, text=answer)
    assert told.status == 200, told.text
    assert (await resident.heard())[-1] == answer
    assert not (await state(record, order))["untold"]

    assert (await act(lina, order, "close", note="车到了")).status == 303
    assert order not in (await wang.get("/desk/orders")).words
    assert order in (await wang.get("/desk/orders?status=closed")).words
    steps = (await lina.get(f"/desk/orders/{order}")).words
    for words in (
        "开始写",
        "送出",
        "收下",
        "已受理",
        "已派单",
        "答复",
        "告诉居民：已送出",
        "告诉居民：答复",
        "了结",
    ):
        assert words in steps, words


async def test_a_resident_who_has_not_called_calls_first(service: Service, record: Record, lina: Person) -> None:
    ticket = await ticket_of(
        service, record, "gate-1", "我妈的降压药氨氯地平只剩一天了，配不到", WHERE, "12345还没打过"
    )
    order = await begin(lina, ticket)
    need = {"field-need": "请配药", "agreed": "yes"}
    refused = await act(lina, order, "send", called="no", **need)
    assert refused.status == 400
    assert "请居民先打一次" in refused.words
    assert "请配药" in refused.text  # nothing typed is lost
    refused = await act(lina, order, "send", called="unknown", **need)
    assert "还没问居民打过12345没有" in refused.words
    assert (await state(record, order))["status"] == "draft"
    sent = await act(lina, order, "send", called="no", reason="独居，听不清电话", **need)
    assert sent.status == 303
    waived = "select detail -> 'waived' from audit where action = 'desk.order_send' and subject = $1"
    assert await record.value(waived, ticket) == "true"


async def test_engaged_is_as_good_as_called(service: Service, record: Record, lina: Person) -> None:
    ticket = await ticket_of(service, record, "gate-2", "胰岛素还剩两天，配不到", WHERE)
    order = await begin(lina, ticket)
    sent = await act(lina, order, "send", called="tried_not_through", agreed="yes", **{"field-need": "请配药"})
    assert sent.status == 303
    await taken(record, order)


async def test_nobody_is_passed_on_against_their_will(service: Service, record: Record, lina: Person) -> None:
    ticket = await ticket_of(service, record, "will", "降压药氨氯地平只剩一天了，配不到", WHERE)
    order = await begin(lina, ticket)
    fields = {"field-need": "请配药", "called": "yes_no_number"}
    refused = await act(lina, order, "send", **fields)
    assert refused.status == 400
    assert "要居民同意" in refused.words or "不转给别人" in refused.words
    assert (await act(lina, order, "send", agreed="yes", **fields)).status == 303


async def test_without_a_telephone_nobody_can_be_found(service: Service, record: Record, lina: Person) -> None:
    ticket = await ticket_of(service, record, "no-phone", "降压药氨氯地平只剩一天了，配不到", WHERE)
    order = await begin(lina, ticket)
    refused = await act(
        lina, order, "send", called="yes_no_number", agreed="yes", **{"field-phone": "", "field-need": "药"}
    )
    assert refused.status == 400
    assert "没有联系电话" in refused.words


async def test_a_return_goes_to_the_editor_and_not_to_the_resident(
    service: Service, record: Record, gateway: HotlineGateway, lina: Person, wang: Person
) -> None:
    resident = Resident(service, "return")
    ticket = await ticket_of(service, record, "return")
    order = await begin(lina, ticket)
    await act(lina, order, "send", **{"field-need": "派车"})
    await taken(record, order)
    before = len(await resident.heard())
    assert (await gateway.say(service.base, gateway.news(order, "returned", text="不属于受理范围")))[0] == 200
    section = await parts(lina, ticket)
    assert "退单" in section
    assert "order-tell" not in section
    assert len(await resident.heard()) == before
    listing = (await wang.get("/desk/orders")).text
    assert listing.index("退单和没送到") < listing.index(order)
    again = await begin(wang, ticket, claim=False)  # the editor may, whoever has the ticket
    assert again == f"{ticket}-2"
    assert (await state(record, order))["status"] == "closed"
    assert quote(order) not in (await wang.get("/desk/orders")).text


async def test_by_hand_with_the_hotlines_own_number(
    service: Service, record: Record, gateway: HotlineGateway, desk: Desk, lina: Person
) -> None:
    """The paper way, beside a gateway that is there: a person filed it, so nothing is sent."""
    ticket = await ticket_of(service, record, "hand")
    order = await begin(lina, ticket)
    saved = await act(lina, order, "save", then="sheet", **{"field-need": "今天派车", "field-name": "王女士"})
    assert saved.headers["Location"] == f"/desk/orders/{order}/sheet"
    sheet = await lina.get(f"/desk/orders/{order}/sheet")
    for words in ("特急工单", order, PHONE, "今天派车", "王女士", "打印", "lina先生（lina）"):
        assert words in sheet.words, words
    assert "联系电话：" + PHONE in sheet.text
    wrong = await act(lina, order, "file", hotline_number="<script>")
    assert wrong.status == 400
    assert "工单号只能是" in wrong.words
    assert (await act(lina, order, "file", hotline_number="SH 2022-0405-77")).status == 303
    row = await state(record, order)
    assert (row["status"], row["way"], row["delivery"]) == ("filed", "hand", "")
    page = await lina.get(f"/desk/orders/{order}")
    assert "SH2022-0405-77" in page.words
    assert "已人工提交" in page.words
    assert order not in gateway.orders
    noted = await act(lina, order, "news", status="answered", unit="三林镇", text="电话里说今晚派车")
    assert noted.status == 303
    assert "电话里说今晚派车" in await parts(lina, ticket)
    late = await act(lina, order, "news", status="received")
    assert late.status == 409
    assert (await act(lina, order, "news", status="answered")).status == 400
    assert (await act(lina, order, "news", status="solved")).status == 400
