"""Whose a ticket is, and why: pure rules, people and shifts, the watch that proposes and gives."""
