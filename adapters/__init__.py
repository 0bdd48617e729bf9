"""Channels: one module a platform. A platform's oddities end here."""
