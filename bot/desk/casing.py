"""A message somebody at the desk brings in becomes a ticket at once: whoever wrote or said it will not answer by writing."""

from bot.intake import PUSHED
from bot.services import Services
from bot.store.filings import ticket_of
from bot.store.tickets import acknowledge
from conversations.events import TimerFired
from conversations.messages import Inbound

ASK_A_PERSON = "请转人工。"
"""What makes a case of words no need can be heard in: a person asks."""

_QUIET = ("fell_silent", "human")
"""Alerts that would only call somebody to what a colleague has in front of them."""


async def open_case(services: Services, message: Inbound, login: str) -> str | None:
    """The ticket's number, the same for the same message; None when no case came of it. Danger rings by itself.

    Raises StoreAway, TurnFailed.
    """
    account = services.accounts[message.contact.channel, message.contact.account]
    slot = account.limits.answer_within > 0
    outcome = await services.turns.hear(message, slot=slot, answered="" if slot else PUSHED)
    for said in outcome.replies:
        if said.effect_id and slot:
            services.turns.delivered(said.effect_id)  # it stands on the page whoever brought this in looks at
    if not outcome.duplicate and outcome.state is not None:
        case = outcome.state.case(outcome.state.focus)
        if case is not None and not case.ticket and "silence" in case.timers:
            # The question will not be answered: what is known is a ticket now.
            await services.turns.act(outcome.conversation, TimerFired("silence", case.key, case.timers["silence"]))
    found = await ticket_of(services.database, outcome.conversation, outcome.turn)
    if found is None:
        return None
    number, alert = found
    if alert in _QUIET and not outcome.duplicate:
        await acknowledge(services.database, number, login, services.clock(), alert)
    return number
