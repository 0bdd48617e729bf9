"""How it stands, when somebody asks: the last step and when it was, what comes next, how many wait. Never invented. Pure."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from conversations.codes import Act, Flag, TicketStatus, Urgency
from conversations.playbook import SHANGHAI
from conversations.reading import Reading
from conversations.slots import SHARED, missing
from conversations.speaking import closing, next_critical, still_missing
from conversations.state import Case, Conversation
from conversations.tickets import due
from conversations.turn import Draft
from conversations.values import evolve

_QUOTED = re.compile(
    r"(?:我的?|请|帮我?|查一?下|这个?|工?单子?的?号码?|工?单|登记|编号|是|为|[:：\s])*(?:B?\d{5}-)?(?P<last>\d{4})"
    r"(?:号?的?(?:单子|工单)?)[，,。\s]*(?:现在|到底)?(?:怎么样|怎样|咋样|进度|进展|到哪|处理|有消息|有结果|呢|查)?[了吗呢么]*[?？。!！]*"
)
_LABEL = re.compile("单|编号|登记|B")
_UNTAKEN = frozenset({TicketStatus.INTAKE, TicketStatus.TRIAGED, TicketStatus.REOPENED})
_LATE = "late"
_SHOWN, _AHEAD = 10, 2
_SHORT = 24


def with_number_quoted(state: Conversation, text: str, reading: Reading) -> Reading:
    """单号 0001: who quotes the number of one of their own asks how it stands; it is no door, and no order of 12345."""
    quoted = _QUOTED.fullmatch(text.strip()) if len(text) <= _SHORT and _LABEL.search(text) else None
    if quoted is None or all(case.ticket[-4:] != quoted["last"] for case in state.cases if case.ticket):
        return reading
    facts = replace(reading.entities, addresses=(), order_12345_no="", called_12345="")
    return replace(reading, acts=tuple(dict.fromkeys((*reading.acts, Act.STATUS))), entities=facts)


def tell_standing(draft: Draft, wanted: frozenset[str] = SHARED) -> None:
    """Every open matter in plain words; with none open, how the last one ended. Where somebody should have rung by now,
    that is said, and the desk is told once. `wanted`: of what is missing, what the message itself does not bring."""
    state, playbook = draft.state, draft.playbook
    open_cases = [case for case in state.cases if case.open and case.ticket]
    told = [_line(draft, case, wanted) for case in open_cases]
    lines = [line for line, _ in told[:_SHOWN]] + ["……"] * (len(told) > _SHOWN)
    ahead = list(dict.fromkeys(words for _, words in told if words))
    if len(told) == 1:
        lines = ["".join((*lines, *ahead))]
    else:  # of many what comes next is said once
        lines += ahead[:_AHEAD]
    if any(case.status in _UNTAKEN for case in open_cases) and draft.queue > 1:
        lines.append(playbook.say("status_queue", count=str(draft.queue)))
    begun = state.focused
    if begun is not None and not begun.ticket:
        gaps = "、".join(slot.title for slot in missing(playbook.intents[begun.intent], begun))
        lines.append(playbook.say("status_begun", missing=gaps) if gaps else playbook.say("status_noted"))
    if not lines:
        ended = next((case for case in reversed(state.cases) if case.ticket), None)
        how = closing(ended, playbook) if ended is not None else ""
        lines.append(how or playbook.say("status_none"))
    draft.say("info", "\n".join(lines))


def _line(draft: Draft, case: Case, wanted: frozenset[str]) -> tuple[str, str]:
    """Where the case stands, and what comes next."""
    playbook = draft.playbook
    untaken = case.status in _UNTAKEN
    at = case.started_at if untaken or case.acted_at is None else case.acted_at
    standing = playbook.replies.get(f"standing_{case.status}", playbook.replies["standing_intake"])
    line = playbook.say(
        "status_line",
        number=case.ticket,
        title=playbook.intents[case.intent].title,
        standing=f"{when_words(at, draft.now)} {standing}",
    )
    draft.note(case, "asks_status", by="contact")
    silent = case.quiet or Flag.REPOST in case.flags or not wanted
    gaps = "" if silent else still_missing(case, playbook, only=wanted)
    return line, (_next(draft, case) if untaken else _of_status(draft, case)) + gaps


def _next(draft: Draft, case: Case) -> str:
    """What happens next with what nobody has taken yet."""
    playbook = draft.playbook
    if case.quiet:
        return ""
    if case.urgency is Urgency.CRITICAL:
        return next_critical(case, playbook, draft.now)
    if playbook.hours.night(draft.now):
        return playbook.say("next_night")
    if draft.now > due(case, playbook).call_at:
        if _LATE not in case.asked:
            case = draft.put(evolve(case, asked={**case.asked, _LATE: 1}))
            draft.alert(case, _LATE)
        return playbook.say("status_late")
    if draft.surge and not case.urgency.at_least(Urgency.URGENT):
        return playbook.say("next_surge")
    return playbook.say("next_mute" if Flag.MUTE in case.flags else f"next_{case.urgency}")


def _of_status(draft: Draft, case: Case) -> str:
    key = "status_done" if case.status is TicketStatus.CLAIMED_DONE else "status_taken"
    return "" if case.quiet else draft.playbook.say(key)


def when_words(at: datetime, now: datetime) -> str:
    """ "今天10:03", "昨天21:40", "4月5日10:03": a moment as one says it today."""
    here, today = at.astimezone(SHANGHAI), now.astimezone(SHANGHAI).date()
    day = {today: "今天", today - timedelta(days=1): "昨天"}.get(here.date(), f"{here.month}月{here.day}日")
    return f"{day}{here:%H:%M}"
