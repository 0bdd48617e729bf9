"""Residents and reporters in a real Chromium."""
