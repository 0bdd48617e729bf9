"""One real service for this folder, with the receiver of the webhooks beside it as its settings want."""

from tests.desk.conftest import record
from tests.outside.conftest import admin, desk, lina, receiver, service

__all__ = ["admin", "desk", "lina", "receiver", "record", "service"]
