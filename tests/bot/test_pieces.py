"""Pieces of a batch's messages are read in one go, and each message gets its own back."""

from datetime import UTC, datetime

from bot.pieces import pieces_of, read_pieces
from bot.understanding import open_reader
from classifiers.reader import Reader
from conversations.messages import Inbound
from conversations.reading import Reading
from tests.conversations.talking import CONTACT, playbook

AT = datetime(2026, 4, 5, 2, tzinfo=UTC)
TEXTS = (
    "谢谢你们",
    "我爸透析停了，我妈化疗也停了",
    "闵行区莘松路300弄2号301王阿姨没菜了，5号602李伯伯胰岛素断了，我电话13812340079",
    "三件事：1.老人氧气瓶快用完了 2.孩子奶粉没了 3、家里没菜了",
    "家里没菜了",
)


class Counting(Reader):
    """Counts how often it is asked."""

    asked = 0

    def read(self, texts, now):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().read(texts, now)

    def read_meaning(self, texts, by_rules=()):  # type: ignore[no-untyped-def]
        self.asked += 1
        return super().read_meaning(texts, by_rules)


def test_a_batch_asks_the_reader_twice_and_each_message_gets_its_own() -> None:
    known = open_reader(None, lazy=True)
    counting = Counting.__new__(Counting)
    counting.__dict__.update(known.__dict__)
    messages = [Inbound(CONTACT, f"m{n}", "text", text, AT) for n, text in enumerate(TEXTS)]
    cut = [(one, pieces_of(one, known.read([one.text], [AT])[0], playbook())) for one in messages]
    together = read_pieces(counting, cut)
    assert counting.asked == 2
    assert together == [read_pieces(known, [one])[0] for one in cut]
    assert [bool(one.entries or one.needs) for one in together] == [False, True, True, True, False]
    for one in together:
        assert len(one.entries) == len(one.cut.entries) and len(one.needs) == len(one.cut.needs)


def test_nothing_to_read_asks_nobody() -> None:
    assert pieces_of(Inbound(CONTACT, "m", "text", "没菜了", AT), Reading(), playbook()).needs == ()
    assert read_pieces(None, []) == []  # type: ignore[arg-type]
