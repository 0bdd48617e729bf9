"""A tap on the menu or on a chip of the chat page: the talk begins about that need. Pure.

A tap is not a matter yet: nobody opens a ticket by pressing a button, and whoever presses three has not three needs.
"""

from conversations.messages import Inbound
from conversations.playbook import Choice
from conversations.standing import tell_standing
from conversations.talk import begin_empty
from conversations.turn import Draft
from conversations.values import evolve


def tapped(draft: Draft, message: Inbound) -> None:
    """Say what the row of this key has us say; a key nobody knows any more gets the general words."""
    tap = draft.playbook.taps.get(message.event_key)
    if tap is None:
        draft.say("info", draft.playbook.say("menu_help"))
    elif tap.need is None:
        tell_standing(draft)
    else:
        _begin(draft, tap.need)


def _begin(draft: Draft, need: Choice) -> None:
    held = next((case for case in draft.state.cases if case.open and case.reporter), None)
    if held is not None:
        draft.filed = held.key  # a person speaks with them and sees what they tapped
        return
    same = next((case for case in reversed(draft.state.cases) if case.open and case.intent is need.intent), None)
    if any(case.open and case.quiet for case in draft.state.cases):
        draft.say("info", draft.playbook.say("menu_help"))  # not handed a form, whatever they press
    elif same is not None and same.ticket:
        draft.filed = same.key
        draft.state = evolve(draft.state, focus=same.key)
        tell_standing(draft)
    else:
        focus = draft.state.focused
        if focus is not None and not focus.ticket and not focus.summary:
            draft.put(evolve(focus, intent=need.intent))  # pressed another one: that is what it is about
        elif same is None:
            begin_empty(draft, need.intent)
        draft.state = evolve(draft.state, asked=(), asked_on=0)
        draft.say("question", need.ask)
