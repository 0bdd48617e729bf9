"""Channels: one conformance suite for all, and each platform's own facts."""
