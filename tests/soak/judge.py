"""The ledger of what reporters were promised, compared with the record and with what the platforms got."""

from collections import Counter
from typing import Any

from bot.codec import decode
from tests.service import Record
from tests.soak.life import Life

PULLED = ("stored",)
"""The app fetches what was said: it is there to be fetched."""


async def judge(life: Life, record: Record) -> dict[str, Any]:
    """Every promised reply arrived once, or a reporter can read why not. AssertionErrors say what was broken."""
    arrived: Counter[str] = Counter()
    for _, text in (*life.wechat.sent, *life.wecom.sent):
        arrived[text] += 1
    for _, _, text in life.douyin.sent:
        arrived[text] += 1
    kept: dict[str, list[Any]] = {}
    rows = await record.rows(
        "select m.conversation, m.body, m.delivery, m.note, c.data_key from messages m join contacts c on c.id = m.conversation "
        "where m.direction = 'o' and m.kind = 'reply'"
    )
    for row in rows:
        text = decode(record.vault.data_key(row["conversation"], row["data_key"]).open(row["body"]))["text"]
        kept.setdefault(text, []).append(row)
    outcomes: Counter[str] = Counter()
    for one in life.owed:
        found = kept.get(one.text, [])
        assert len(found) == 1, f"a promised reply is {len(found)} times in the record: {one}"
        row, got = found[0], arrived[one.text]
        outcomes[row["delivery"]] += 1
        if one.channel == "app":
            assert row["delivery"] in PULLED, f"{row['delivery']}: {one}"
            continue
        assert got <= 1, f"sent {got} times: {one}"
        match row["delivery"]:
            case "delivered":
                assert got == 1, f"counts as delivered, and nobody got it: {one}"
            case "failed":
                assert got == 0, f"counts as failed, and it arrived: {one}"
                assert row["note"], f"a reporter reads no reason: {one}"
            case "unsure":
                assert row["note"], f"a reporter reads no reason: {one}"
            case other:
                raise AssertionError(f"still {other}: {one}")
    lines = await record.value("select count(*) from ticket_events where change in ('undelivered', 'unsure')")
    assert lines >= outcomes["failed"] + outcomes["unsure"], "a failed reply is missing from its ticket's history"
    doubled = {text: n for text, n in arrived.items() if text.startswith("记者") and n > 1}
    assert not doubled, f"sent twice: {list(doubled)[:3]}"
    stray = [
        text
        for text in arrived
        if text.startswith("记者") and text not in {one.text for one in life.owed} and text not in kept
    ]
    assert not stray, f"sent and not in the record: {stray[:3]}"
    beyond = life.wechat.exceeded + life.wecom.exceeded
    assert not beyond, f"written to beyond the window: {beyond[:3]}"
    assert life.wechat.most_fetching == 1, f"{life.wechat.most_fetching} token calls at once"
    return {
        "heard": life.heard, "delivered twice at once": life.again, "owed": len(life.owed), **outcomes,
        "refused at writing": dict(life.refused), "tokens fetched": life.wechat.calls.count("/cgi-bin/stable_token"),
        "tokens ended": life.expiries, "away seconds": life.away, "cut off": life.cut,
    }  # fmt: skip
