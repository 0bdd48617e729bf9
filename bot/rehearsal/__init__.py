"""Rehearsals: a service whose clock somebody else moves, on a record that holds nobody real."""
