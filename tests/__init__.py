"""Tests. A package, so that `tests/adapters` cannot be taken for `adapters`."""
