"""Rows that editors change while the service runs: drafts, the check, the preview, and the released set that is laid over
the program's own files."""
