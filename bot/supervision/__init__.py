"""The ladder above a unit that does not act: what proposes the next step, what is said, what is waited for."""
