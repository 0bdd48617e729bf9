"""The platforms' side of the wire, stricter than the real ones where the documents leave room: for tests and staging."""
