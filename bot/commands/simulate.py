"""`bangnong simulate`: the founding campaign against a running service on the rehearsal clock, then its tally."""

import argparse
import asyncio
import gc
import sys
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from bot.commands.options import number
from bot.commands.progress import Progress
from bot.commands.record import with_record
from bot.settings import BadSettings, KeyFile, Settings, load_settings, read_environment
from bot.store.database import Database
from bot.vault import Vault
from conversations.playbook import SHANGHAI

_FAST = "max"
_FILLED = 60
"""Minutes before the end from which whoever is still lacking comes."""
_SCREENS = 4
"""Tokens that read tickets: a rehearsed minute's questions come in fractions of the real one that limits are for."""


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "simulate", help="play a campaign against a rehearsal service"
    )
    parser.add_argument(
        "--hours", type=number(1, 10_000), help="hours from the opening on (default: as in simulation.toml)"
    )
    parser.add_argument("--cases", type=number(1, 1_000_000), help="matters (default: as in simulation.toml)")
    parser.add_argument("--speed", default=_FAST, help="rehearsal seconds to a real one, or max")
    parser.add_argument("--seed", type=number(0), default=1, help="the same seed writes the same messages")
    parser.add_argument("--url", help="base address (default: http://BANGNONG_HOST:PORT)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    settings = load_settings(read_environment())
    if settings.clock != "rehearsal":
        raise BadSettings(
            ["A rehearsal needs a service of its own. In one terminal: BANGNONG_CLOCK=rehearsal BANGNONG_HOME=./rehearsal "
             "bangnong serve; in another, with the same two settings: bangnong simulate"]
        )  # fmt: skip
    pace = _pace(options.speed)
    done: list[tuple[datetime, datetime, int]] = []

    async def work(database: Database, vault: Vault, settings: Settings) -> int:
        start, end, code = await _play(options, pace, database, settings)
        done.append((start, end, code))
        return code

    code = with_record(work)
    if done:
        _tally(*done[0][:2])
    return code


def _pace(text: str) -> float:
    if text == _FAST:
        return 0.0
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not pace > 0:
        raise BadSettings([f"--speed {text}: a number above 0, as 60 for a minute a second, or max"])
    return pace


async def _play(
    options: argparse.Namespace, pace: float, database: Database, settings: Settings
) -> tuple[datetime, datetime, int]:
    import aiohttp

    from bot.simulation.casting import cast
    from bot.simulation.crew import Crew
    from bot.simulation.desk import Screen
    from bot.simulation.hiring import hire, open_door
    from bot.simulation.plan import arrivals
    from bot.simulation.play import ClockAway, RemoteClock, Stage
    from bot.simulation.town import Town
    from data.simulation import load_simulation

    rows = load_simulation()
    hours, cases = options.hours or rows.campaign.hours, options.cases or rows.campaign.cases
    start = rows.campaign.start
    end = start + timedelta(hours=hours)
    base = options.url or settings.base
    progress = Progress("演练")
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        clock = RemoteClock(http, base, KeyFile(settings.home / "keys").get("rehearsal"))
        try:
            stood = await clock.stands()
        except ClockAway as error:
            raise BadSettings([f"{base}: {error}. Start it with BANGNONG_CLOCK=rehearsal bangnong serve"]) from None
        if stood > start:
            raise BadSettings(
                [f"The rehearsal there has come to {stood.astimezone(SHANGHAI):%Y-%m-%d %H:%M}, and its clock does not go "
                 f"back to {start:%Y-%m-%d %H:%M}: begin with an empty BANGNONG_HOME"]
            )  # fmt: skip
        progress("出题", 0.0)
        matters = await asyncio.to_thread(cast, rows, settings.home, options.seed)
        gc.collect()
        gc.freeze()  # the model and the rows stay: no collection need look at them again
        stage = Stage(clock, pace)
        counts: Counter[str] = Counter()
        await clock.set(start)
        staff = await hire(database, base, max(rows.crew.first_day, rows.crew.each_day), counts)
        screen = Screen(staff[0], [await open_door(database) for _ in range(_SCREENS)])
        town = Town(http, base, list(settings.accounts.values()), matters, stage.schedule, cases, end)
        crew = Crew(rows, staff, stage.begin, options.seed, town.apart)
        for nth, at in enumerate(arrivals(rows, hours=hours, cases=cases, seed=options.seed)):
            stage.schedule(at, f"arrival {nth}", lambda at=at: town.arrive(at))  # type: ignore[misc]
        for minute in range(3, _FILLED):
            at = end - timedelta(minutes=minute)
            stage.schedule(at, "late", lambda at=at: town.bring(at))  # type: ignore[misc]

        async def look(now: datetime) -> None:
            for ticket in await screen.new():
                crew.watch(ticket, town.seen(ticket))

        def work(now: datetime) -> None:
            crew.work(now)
            local = now.astimezone(SHANGHAI)
            stage_words = f"{local.month}月{local.day}日 {local:%H}时"
            if sys.stderr.isatty():
                stage_words += f"{local:%M}分  求助{town.ledger.requests}件，等着{crew.waiting}件"
            progress(stage_words, min(0.999, (now - start) / (end - start)))

        try:
            await stage.play(end, look, work)
        finally:
            for browser in staff:
                await browser.close()
        progress("演完", 1.0)
    return start, end, _told(town.counts, town.ledger.requests, counts, clock.late)


def _told(said: Counter[str], requests: int, acts: Counter[str], late: int) -> int:
    """What was said and done; 1 when a message was not taken, or something due was not done in time."""
    refused = said["deliveries"] - said["accepted"]
    print(f"消息 {said['messages']} 条，投递 {said['deliveries']} 次，收下 {said['accepted']} 次，没收下 {refused} 次")
    print(
        f"来了 {said['residents']} 位求助人（{said['no ticket']} 位没有立单），亲友再报 {said['relatives']} 位，"
        f"闲话 {said['chatter']} 位；求助 {requests} 件"
    )
    print("记者：" + "，".join(f"{name} {count}" for name, count in sorted(acts.items())))
    for name, count in sorted(said.items()):
        if name.startswith("refused"):
            print(f"没收下：{name.removeprefix('refused ')} {count} 次", file=sys.stderr)
    if late:
        print(f"到点没办完的有 {late} 次", file=sys.stderr)
    return 1 if refused or late else 0


def _tally(start: datetime, end: datetime) -> None:
    from bot.commands import report

    report.run(
        argparse.Namespace(
            act="tally", start=f"{start:%Y-%m-%dT%H:%M}", end=f"{end.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}", format="text",
            out=None,
        )
    )  # fmt: skip
