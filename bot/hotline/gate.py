"""Whether an order may go: has the resident called 12345, may their facts be passed on, can they be reached. Pure.

A gate for orders, never for help: a line that is engaged counts as called, and danger to life waits for nothing.
"""

from dataclasses import dataclass

from bot.store.orders import Form
from bot.store.tickets import Ticket
from conversations.codes import Urgency
from data.hotline import Called, Hotline

UNREACHABLE = "没有联系电话：12345和承办单位找不到人。先问到电话。"
UNREACHABLE_RED = "电话和地址至少要有一个，12345才找得到人。"
CALL_FIRST = "居民还没打过12345（打不通也算）。请居民先打一次；等不得的，在“为什么不等”里写明原因。"
ASK_FIRST = "还没问居民打过12345没有。问一句，在“打过12345吗”里选好；等不得的，写明原因。"
AGREE_FIRST = "把姓名、电话、病情转给12345要居民同意。电话里问过了，就勾上“居民同意转给12345”。"
REFUSED = "居民说过不转给别人。重新问过、改口同意了，才勾上“居民同意转给12345”。"


@dataclass(frozen=True, slots=True)
class Gate:
    """What is known before an order goes. `consent`: yes, no, or "" while nobody asked."""

    called: Called
    consent: str
    critical: bool

    @property
    def words(self) -> str:
        """One line for the top of the order."""
        if self.critical and not self.called.passes:
            return "危急：不等居民打12345，可以马上送。"
        return self.called.note

    @property
    def passes(self) -> bool:
        return self.critical or self.called.passes


def called_of(ticket: Ticket, rows: Hotline) -> Called:
    """What the ticket says of it: the bot's own code, or the words a reporter typed."""
    filled = ticket.body.slots.get("called_12345", {})
    code = dict(filled.get("parts") or ()).get("code", "")
    if any(one.code == code for one in rows.called):
        return rows.call(code)
    value = str(filled.get("value", ""))
    for one in rows.called:
        if value == one.title or (value and any(word in value for word in one.hears)):
            return one
    return rows.call("unknown")


def gate_of(ticket: Ticket, called: str, consent: str, rows: Hotline) -> Gate:
    return Gate(rows.call(called), consent, ticket.urgency == Urgency.CRITICAL)


def objection(gate: Gate, form: Form, *, agreed: bool) -> str:
    """Why the order may not go as it is, as a sentence that says what to do; "" when it may."""
    phone, address = form.fields.get("phone", ""), form.fields.get("address", "")
    if not phone and (not gate.critical or not address):
        return UNREACHABLE_RED if gate.critical else UNREACHABLE
    if not gate.passes and not form.reason:
        return ASK_FIRST if gate.called.code == "unknown" else CALL_FIRST
    if gate.critical or agreed or gate.consent == "yes":
        return ""
    return REFUSED if gate.consent == "no" else AGREE_FIRST
