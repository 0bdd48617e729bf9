"""The core: what a conversation is and what it decides. Standard library only; no I/O, clock, chance or await."""
