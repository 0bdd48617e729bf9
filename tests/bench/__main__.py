"""`make bench`: sealed WeChat messages a second, answered with a durable commit, against a bare handler on this machine."""

import asyncio
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

from adapters.base import Request
from adapters.wechat import CHANNEL
from conversations.bursts import LONGEST
from data.corpus import load_corpus
from tests.bench.envelope import print_envelope
from tests.bench.load import Load, closed_loop, open_loop
from tests.platforms.wechat import WeChatPlatform
from tests.service import Service, free_port, stop_engines

MESSAGES = 6000
PEOPLE = 600
CONNECTIONS = 64
_REST = 10.0


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="bangnong-bench-"))
    home.chmod(0o755)
    try:
        subprocess.run(
            [sys.executable, "-m", "bot", "train", "--if-missing"], env={**os.environ, "BANGNONG_HOME": str(home)},
            check=True, capture_output=True,
        )  # fmt: skip
        asyncio.run(_run(home))
    finally:
        stop_engines(home)
        shutil.rmtree(home, ignore_errors=True)


async def _run(home: Path) -> None:
    texts = _texts()
    bare = await _bare(_posts(texts, MESSAGES, 0))
    print(f"bare aiohttp handler, same bodies     {bare.rate:8.0f} requests/s   p99 {bare.quantile(0.99):6.1f} ms")
    service = await Service(home).start()
    assert service.process is not None
    pid = service.process.pid
    try:
        print(f"CPU while nobody writes               {await _idle(pid):8.2f} % of a core   (goal < 1)")
        await closed_loop(service.port, _posts(texts, 500, 1), 8)  # everything loaded and warm
        print("sealed WeChat messages, each answered with a durable commit")
        await _full(service, pid, "talks of new people", _talks(texts, MESSAGES), bare)
        spent = _spent(service)
        full = await _full(service, pid, f"ever new needs of {PEOPLE}", _posts(texts, MESSAGES, 2), bare)
        parts = _spent(service)
        print(f"memory of the web process             {_rss(pid):8.0f} MB   (goal ≤ 200)")
        await asyncio.sleep(_REST)  # the record tidies up behind the load just now, which is not what is measured next
        for nth, rate in enumerate((full.rate / 10, 200.0, 200.0, 200.0)):
            calm = await open_loop(service.port, _posts(texts, int(rate * 10), nth + 10), rate)
            print(
                f"open loop at {rate:6.0f} messages/s          p50 {calm.quantile(0.5):6.1f} ms"
                f"   p99 {calm.quantile(0.99):6.1f} ms" + ("   (goal ≤ 30)" if rate == 200 else "")
            )
        _print_parts(texts, {name: (parts[name] - spent[name]) / full.count * 1e6 for name in parts})
    finally:
        await service.stop()


async def _full(service: Service, pid: int, whose: str, requests: list[bytes], bare: Load) -> Load:
    """As much as goes through, with what it took."""
    cpu = _cpu(pid)
    full = await closed_loop(service.port, requests, CONNECTIONS)
    used = (_cpu(pid) - cpu) / full.count * 1e6
    print(
        f"  {whose:<35} {full.rate:8.0f} messages/s   p99 {full.quantile(0.99):6.1f} ms   not 200: {full.refused}\n"
        f"    ratio                             {full.rate / bare.rate:8.3f}   (goal ≥ 0.12)\n"
        f"    CPU in the web process            {used:8.0f} µs a message   (goal ≤ 400)"
    )
    return full


def _texts() -> list[str]:
    chance = random.Random(5)
    # Scraps are kept waiting on purpose (conversations/bursts.py): they would measure our patience, not our speed.
    texts = [row.text for row in load_corpus() if len(row.text) > LONGEST]
    chance.shuffle(texts)
    facts = ["电话13800138000", "住在长宁区仙霞路300弄5号302室", "上次是前天做的", "还剩两天的药", "谢谢"]
    return [text if nth % 3 else f"{chance.choice(facts)}，{text[:60]}" for nth, text in enumerate(texts)]


def _posts(texts: list[str], count: int, salt: int) -> list[bytes]:
    """Ten different needs of each of `PEOPLE` residents, by turns: harder than life, for all their matters stay open."""
    said = [(nth % PEOPLE, texts[(nth * 7 + salt) % len(texts)]) for nth in range(count)]
    return _requests(said, salt)


def _talks(texts: list[str], count: int) -> list[bytes]:
    """What residents do: a need, what they were asked for, thanks or a question; everybody new, `PEOPLE` at a time."""
    chance = random.Random(6)
    closing = ["谢谢", "谢谢你们 大概要多久", "有消息请打我电话", "好的 我等", "请问怎么样了"]
    said = []
    for first in range(0, count // 3, PEOPLE):
        people = range(first, min(first + PEOPLE, count // 3))
        said += [(PEOPLE + who, texts[(who * 7 + 3) % len(texts)]) for who in people]
        said += [
            (PEOPLE + who, f"1380013{who % 10_000:04d} 仙霞路300弄{1 + who % 30}号{101 + who % 500}室")
            for who in people
        ]
        said += [(PEOPLE + who, chance.choice(closing)) for who in people]
    return _requests(said, 90)


def _requests(said: list[tuple[int, str]], salt: int) -> list[bytes]:
    """Requests as the platform sends them, with distinct ids."""
    platform, secrets = WeChatPlatform(), WeChatPlatform().secrets()
    out = []
    for nth, (who, text) in enumerate(said):
        push = platform.text_push(f"oBench{who:022d}", text, salt * 10_000_000 + nth + 1)
        request: Request = CHANNEL.sign(push, secrets, now=time.time())
        head = (
            f"POST /hook/wechat/main?{urlencode(dict(request.query))} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: text/xml\r\nContent-Length: {len(request.body)}\r\n\r\n"
        )
        out.append(head.encode() + request.body)
    return out


async def _bare(requests: list[bytes]) -> Load:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", str(port)])
    try:
        for _ in range(100):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.1)
        await closed_loop(port, requests[:500], 8)
        return await closed_loop(port, requests, CONNECTIONS)
    finally:
        server.terminate()
        server.wait()


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _idle(pid: int, seconds: float = 20.0) -> float:
    """Percent of a core, once what starting left to do is done."""
    await asyncio.sleep(5)
    before = _cpu(pid)
    await asyncio.sleep(seconds)
    return (_cpu(pid) - before) / seconds * 100


def _rss(pid: int) -> float:
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


def _spent(service: Service) -> dict[str, float]:
    text = urllib.request.urlopen(service.base + "/metrics").read().decode()
    return {
        part: float(value) for part, value in re.findall(r'bangnong_turns_seconds_total\{part="(\w+)"\} ([\d.]+)', text)
    }


def _print_parts(texts: list[str], parts: dict[str, float]) -> None:
    """Wall microseconds a message in each part: the outer ones timed here alone, the inner ones by the service itself."""
    platform, secrets = WeChatPlatform(), WeChatPlatform().secrets()
    pushes = [platform.text_push("oBench", text, nth) for nth, text in enumerate(texts[:500])]
    signed = [CHANNEL.sign(push, secrets, now=time.time()) for push in pushes]
    opened = [CHANNEL.open(request, secrets) for request in signed]
    parsed = [CHANNEL.parse(one.payload, "main")[0] for one in opened]
    timed = {
        "verify+decrypt": _timed(lambda: [CHANNEL.open(request, secrets) for request in signed], len(signed)),
        "parse": _timed(lambda: [CHANNEL.parse(one.payload, "main") for one in opened], len(opened)),
        **parts,
        "render": _timed(
            lambda: [
                CHANNEL.render("已登记，编号B20405-0831。" * 6, m, o, secrets)
                for m, o in zip(parsed, opened, strict=True)
            ],
            len(parsed),
        ),
    }
    print(
        "µs a message (wall; step includes sealing): "
        + "  ".join(f"{name} {value:.0f}" for name, value in timed.items())
    )
    print_envelope()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, generator and engines on the same ones")


def _timed(work: object, count: int) -> float:
    best = min(_once(work) for _ in range(3))
    return best / count * 1e6


def _once(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
