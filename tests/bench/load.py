"""A lean load generator over raw sockets: closed loop for the ceiling, open loop for latency."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Load:
    """What was measured: requests, seconds, latencies in seconds, and how many were not answered 200."""

    count: int = 0
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000 if ordered else 0.0


class Wire:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def send(self, request: bytes) -> bool:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at : lower.index(b"\r\n", at)])
        if length:
            await self.reader.readexactly(length)
        return head.startswith(b"HTTP/1.1 200")

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


async def closed_loop(port: int, requests: Sequence[bytes], connections: int) -> Load:
    """As fast as it goes with so many requests under way."""
    load, queue = Load(), iter(requests)
    began = time.perf_counter()

    async def worker() -> None:
        wire = Wire(port)
        for request in queue:
            at = time.perf_counter()
            load.refused += not await wire.send(request)
            load.latencies.append(time.perf_counter() - at)
            load.count += 1
        wire.close()

    await asyncio.gather(*(worker() for _ in range(connections)))
    load.seconds = time.perf_counter() - began
    return load


async def open_loop(port: int, requests: Sequence[bytes], rate: float) -> Load:
    """At a fixed rate whatever the answers do; latency counts from when a request was due."""
    load = Load()
    idle: list[Wire] = []
    began = time.perf_counter()

    async def one(request: bytes, due: float) -> None:
        wire = idle.pop() if idle else Wire(port)
        load.refused += not await wire.send(request)
        load.latencies.append(time.perf_counter() - due)
        load.count += 1
        idle.append(wire)

    tasks = []
    for nth, request in enumerate(requests):
        due = began + nth / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    load.seconds = time.perf_counter() - began
    for wire in idle:
        wire.close()
    return load
