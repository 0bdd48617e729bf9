"""How it went: whether anybody called, whether it is solved, whether they are content. Three answers, kept apart. Pure."""

from conversations.asking import chosen
from conversations.codes import Act, Urgency
from conversations.cues import Cues
from conversations.effects import SendText
from conversations.endings import CONTENT, WHICH, not_solved, solved, told_which
from conversations.events import RevisitAsked
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.state import Case
from conversations.turn import Draft, Turn
from conversations.values import evolve

QUESTION = "revisit"
_CONTACTED = {"1": True, "2": True, "3": False}
_SOLVED = {"1": True, "2": False, "3": False}
"""What the numbers of the row `revisit` stand for."""
_POINTING = frozenset({Act.SOLVED, Act.MENU_CHOICE, Act.THANKS, Act.YES})
_HOW_CONTENT = {"1": "good", "2": "fair", "3": "bad"}
_ENDS = "。.!！~ "


def question(case: Case, playbook: Playbook) -> str:
    """The one question, with numbers to answer it by."""
    key = "revisit_critical" if case.urgency is Urgency.CRITICAL else "revisit"
    return playbook.say(key, number=case.ticket)


def revisit_asked(draft: Draft, event: RevisitAsked) -> Turn:
    """A person has the question asked in the chat, of an ended case too; its answer is the bot's to hear."""
    case = draft.state.case(event.case)
    if case is None or not case.ticket:
        return draft.finish("unknown")
    if case.reporter and case.reporter != event.reporter:
        return draft.finish("claimed")
    if case.quiet:
        return draft.finish("quiet")
    if QUESTION in draft.state.asked and draft.state.focus == case.key:
        return draft.finish()  # pressed twice
    if not draft.state.following or draft.state.window.remaining(draft.limits, draft.now) < 1:
        return draft.finish("window")
    draft.state = evolve(
        draft.state,
        window=draft.state.window.spend(at=draft.now),
        focus=case.key, asked=(QUESTION,), asked_on=draft.state.turn,
    )  # fmt: skip
    draft.filed = case.key
    draft.effects.append(SendText(question(case, draft.playbook), "question", case.key))
    draft.note(case, "revisit_asked", by=event.reporter)
    return draft.finish()


def answered(draft: Draft, reading: Reading) -> bool:
    """A number (or a word) after one of our questions; True when the message is dealt with."""
    if WHICH in draft.asked_last and _POINTING.issuperset(reading.acts) and told_which(draft):
        return True
    case = draft.state.case(draft.state.focus)
    if case is None or not case.ticket or Act.HUMAN in reading.acts:
        return False
    said = chosen(draft.heard) or draft.heard.strip(_ENDS)
    if CONTENT in draft.state.asked:
        return _content(draft, case, _HOW_CONTENT.get(said) or _in_words(said, draft.playbook.cues))
    if QUESTION not in draft.state.asked or said not in _SOLVED:
        return False
    draft.note(case, "says_contacted" if _CONTACTED[said] else "says_not_contacted", by="contact")
    if not _SOLVED[said]:
        return not_solved(draft, case, reading)
    return solved(draft, case, reading)


def _in_words(said: str, cues: Cues) -> str:
    known = (("good", cues.content_good), ("fair", cues.content_fair), ("bad", cues.content_bad))
    return next((how for how, words in known if words.fullmatch(said)), "")


def _content(draft: Draft, case: Case, how: str) -> bool:
    draft.state = evolve(draft.state, asked=(), asked_on=0)
    if not how:
        return False  # they speak of something else: nobody is asked twice whether they are content
    draft.note(case, f"says_{how}", by="contact")
    draft.say("info", draft.playbook.say("satisfied_bad" if how == "bad" else "thanks"))
    draft.filed = case.key
    return True
