"""API v1: tickets as JSON for other programs."""
