"""The founding campaign, played against a running service on the rehearsal clock: residents, reporters, time."""
