"""Messages that say little: hello, thanks, adverts, a photo without a word, signs only. Pure."""

import re
from datetime import timedelta

from conversations.belief import facts_only
from conversations.codes import Act, Flag, Intent, Urgency
from conversations.messages import Inbound
from conversations.needs import farewell, told_beside
from conversations.playbook import Playbook
from conversations.reading import Reading
from conversations.speaking import closing, still_missing
from conversations.state import Case
from conversations.talk import begin_empty
from conversations.turn import Draft
from conversations.values import evolve
from conversations.which_case import slight
from conversations.writers import without_chinese

_GREETED = timedelta(hours=6)
"""Within this time a second hello is a person waiting, not a guest arriving."""
_FEW_WORDS, _SENTENCE = 40, 8
_LINK = re.compile(r"\s*(?:https?://\S+\s*)+")
"""A bare link is opened by nobody here: what it is about has to be said."""
_WORD = re.compile(r"[\w]")


def wordless(draft: Draft, case: Case | None, message: Inbound) -> bool:
    """A picture, a voice, a file: kept for people, and one line of words asked for; never a claim to have seen it."""
    if (message.text and not _LINK.fullmatch(message.text)) or message.location:
        return False
    key = f"media_{message.kind}" if f"media_{message.kind}" in draft.playbook.replies else "media_other"
    if case is not None and case.ticket:
        draft.note(case, "added", by="contact", detail=message.kind)
        draft.say("info", draft.playbook.say("media_added", number=case.ticket))
        return True
    if case is not None and case.summary:  # what it is about was said: only what is missing is named
        kept = "media_voice_kept" if message.kind == "voice" else "media_kept"
        draft.say("info", draft.playbook.say(kept) + still_missing(case, draft.playbook))
        return True
    draft.say("question" if case is None else "info", draft.playbook.say(key))  # not for each of three pictures
    if case is None:
        draft.timer("silence", begin_empty(draft, Intent.CONSULT), draft.playbook.manners.silence_urgent)
    return True


def small_talk(draft: Draft, message: Inbound, reading: Reading) -> bool:
    """Hello, thanks, adverts, chat: one line each; what says nothing is asked about once more, then offered as numbers,
    then given to a person."""
    state, playbook = draft.state, draft.playbook
    if _leaves_facts(reading) or (
        facts_only(message, reading, playbook.cues) and not _a_form(message, reading, playbook)
    ):
        return False  # somebody who leaves a number wants to be called
    if _presses(message, reading, playbook) or told_beside(message.text, reading, playbook.cues):
        return False
    if _after_the_end(draft, message, reading) or _form_begins(draft, message, reading):
        return True
    believed = reading.confidence >= playbook.manners.floor
    greeted = state.greeted_at is not None and draft.now - state.greeted_at < _GREETED
    wordless_text = not _WORD.search(message.text)
    if Act.ABUSE in reading.acts:
        draft.say("info", playbook.say("abused"))
    elif Act.REFUSE_CONSENT in reading.acts:  # before they have said what it is about: kept for what comes
        opened = begin_empty(draft, Intent.CONSULT)
        draft.timer("silence", evolve(opened, consent="no"), playbook.manners.silence)
        draft.say("question", f"{playbook.say('refuse_consent')}{playbook.say('menu_help')}")
    elif Act.THANKS in reading.acts:
        draft.say("info", playbook.say("thanks"))
    elif Act.NOT_SOLVED in reading.acts:
        draft.say("question", playbook.say("not_solved_what"))
    elif believed and reading.intent is Intent.SPAM and not wordless_text:
        draft.say("info", playbook.say("spam"))
    elif believed and reading.intent is Intent.FEEDBACK and not wordless_text:
        draft.say("info", playbook.say("thanks" if playbook.cues.praise.search(message.text) else "feedback"))
    elif not greeted and (Act.GREET in reading.acts or (believed and reading.intent is Intent.CHITCHAT)):
        draft.say("info", playbook.say("greet"))
        draft.state = evolve(state, greeted_at=draft.now)
    elif wordless_text or believed or _unclear(message, reading, playbook):
        draft.state = evolve(state, unreadable=state.unreadable + 1)
        if state.unreadable >= 2:
            return False
        draft.say("question", playbook.say("unclear" if state.unreadable == 0 else "unclear_choices"))
        if state.unreadable == 1:
            draft.state = evolve(draft.state, asked=("choice",), asked_on=draft.state.turn)
    else:
        return False
    return True


def _leaves_facts(reading: Reading) -> bool:
    """A sentence with a number or an address in it is no chat, whatever the model hears in it (我家没菜了 … 别打136…)."""
    facts = reading.entities
    told = bool(facts.phones or facts.addresses) and Act.THANKS not in reading.acts
    return told and reading.intent not in (Intent.SPAM, Intent.FEEDBACK)


def _presses(message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """A sentence that presses is nobody's chat, whatever it sounds like (阿拉爷讲勿适意，饭也吃勿落), nor a farewell thanks."""
    if Act.THANKS in reading.acts and farewell(message.text, reading, playbook.cues):
        return True
    if reading.acts or reading.intent is Intent.SPAM:
        return False
    urgent = reading.urgency.at_least(Urgency.URGENT)
    if Flag.CHECK in reading.flags and (urgent or not without_chinese(message.text)):
        return True  # a cry is short (快救救我; 你好，救命)
    return urgent and len(message.text.strip()) >= _SENTENCE


def _after_the_end(draft: Draft, message: Inbound, reading: Reading) -> bool:
    """All we knew of has ended, and what they say names no need of its own: how it ended, and the way to say more."""
    if any(case.open for case in draft.state.cases) or reading.acts or not _WORD.search(message.text):
        return False
    ended = next((case for case in reversed(draft.state.cases) if case.ticket), None)
    told = closing(ended, draft.playbook) if ended is not None else ""
    waits = reading.intent is Intent.FEEDBACK or slight(message, reading, draft.playbook.cues)
    if not told or not waits or len(message.text.strip()) > _FEW_WORDS:
        return False
    draft.say("question", f"{told}\n{draft.playbook.say('after_end')}")
    return True


def _a_form(message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    if reading.entities.phones or reading.entities.addresses:
        return False
    return len(message.text) <= _FEW_WORDS and playbook.cues.form_label.match(message.text) is not None


def _form_begins(draft: Draft, message: Inbound, reading: Reading) -> bool:
    """The first line of a form (姓名：赵某某) is neither a hello nor an advert: what it is about comes with the next ones."""
    if not _a_form(message, reading, draft.playbook):
        return False
    opened = evolve(begin_empty(draft, Intent.CONSULT), summary=" ".join(message.text.split()))
    draft.timer("silence", opened, draft.playbook.manners.silence_urgent)
    draft.say("question", draft.playbook.say("form_begun"))
    return True


def _unclear(message: Inbound, reading: Reading, playbook: Playbook) -> bool:
    """Too short and too unsure to open a case from: ask in other words, twice, then a person gets it."""
    facts = reading.entities
    return (
        len(message.text.strip()) < 8
        and not (facts.phones or facts.addresses)
        and reading.confidence < playbook.manners.floor
    )
