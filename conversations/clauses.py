"""Where a clause of a resident's text ends. Pure."""

import re

CLAUSE_END = re.compile(r"[，,。；;！!？?\n]+")
PAUSE = re.compile(r"[，,。；;！!？?\s]+")
"""A blank too: in a chat it stands for a comma, except inside an address."""
