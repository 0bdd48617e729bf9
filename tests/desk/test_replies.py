"""One press is one message, and other words are another: whoever writes them, and through whichever tab."""

from tests.desk.conftest import RED, Person, Resident, number_of
from tests.service import Record, Service


async def test_other_words_under_the_same_draft_are_sent_too(service: Service, record: Record, lina: Person) -> None:
    """Two tabs share one draft: the second's press used up its id."""
    resident = Resident(service, "two-tabs")
    await resident.say(RED)
    path = f"/desk/tickets/{await number_of(record, 'two-tabs')}/reply"
    first, second = "药房说今天下午有货，请您在家等电话。", "喘不上气就马上打120，不要等药。"
    for text in (first, second, second, first):
        assert (await lina.do(path, text=text, reply_id="draft-of-two-tabs")).status == 200
    assert [one for one in await resident.heard() if one in (first, second)] == [first, second]
