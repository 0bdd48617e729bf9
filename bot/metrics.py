"""Prometheus metrics: counts and seconds by code, never by person."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
"""Memory, CPU seconds and open files of this process."""

MESSAGES = Counter("bangnong_messages_total", "Messages heard", ["channel", "kind"], registry=REGISTRY)
REJECTED = Counter("bangnong_rejected_total", "Requests without a good signature", ["channel"], registry=REGISTRY)
AUTHORISED_DAYS = Gauge(
    "bangnong_authorised_days", "Days until a person must authorise the account again", ["channel", "account"],
    registry=REGISTRY,
)  # fmt: skip
TURN_SECONDS = Histogram(
    "bangnong_turn_seconds", "From verified to answered", ["channel"], registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 3.5, 5),
)  # fmt: skip


@cache
def counter(channel: str, kind: str) -> Counter:
    """Messages heard; looking the labels up costs more than counting."""
    return MESSAGES.labels(channel, kind)


@cache
def seconds(channel: str) -> Histogram:
    return TURN_SECONDS.labels(channel)


def render() -> bytes:
    return generate_latest(REGISTRY)
