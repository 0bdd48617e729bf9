"""`bangnong train`: rows and reporters' corrections into a candidate model, promoted if it is good enough."""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.commands.progress import Progress
from bot.settings import load_settings, read_environment
from conversations.codes import Intent, Urgency


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "train", help="train a model and promote it if it is good enough"
    )
    parser.add_argument("--if-missing", action="store_true", help="only when no model serves yet")
    parser.add_argument("--candidate", action="store_true", help="do not promote")
    parser.add_argument("--rows-only", action="store_true", help="leave reporters' corrections out (needs no database)")
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text, from the corpus or from a ticket a reporter corrected."""

    text: str
    intent: Intent
    intents: tuple[Intent, ...]
    urgency: Urgency


def run(options: argparse.Namespace) -> int:
    from bot.understanding import open_models
    from classifiers.artefacts import NotGoodEnough
    from classifiers.train import train
    from data.corpus import load_corpus
    from data.lexicon import load_lexicon

    settings = load_settings(read_environment())
    models = open_models(settings.home)
    if options.if_missing and _serves(settings.home):
        return 0
    rows: list[Any] = list(load_corpus())
    own = len(rows)
    if not (options.rows_only or options.if_missing):
        corrected = asyncio.run(_corrected(settings))
        texts = {row.text for row in corrected}
        rows = [row for row in rows if row.text not in texts] + list(corrected)
        print(f"语料 {own} 句，记者更正 {len(corrected)} 句", file=sys.stderr)
    os.nice(5)
    report = train(rows, models, progress=Progress("训练"), seed=options.seed, kinds=load_lexicon().kinds)
    if not report.good_enough:
        print(f"验收：{'；'.join(report.gate.get('reasons', []))}", file=sys.stderr)
    if options.candidate:
        return 0
    try:
        models.promote(report.model_id, first=True)
    except NotGoodEnough as error:
        print(f"没有启用：{error}", file=sys.stderr)
        return 1
    print(f"已启用 {report.model_id}")
    return 0


def ensure_model(home: Path) -> None:
    """Train in a child process when no model serves, so that the service never imports scikit-learn."""
    if _serves(home):
        return
    done = subprocess.run(
        [sys.executable, "-m", "bot", "train", "--if-missing"], env=_environment(home), stdout=sys.stderr, check=False
    )
    if done.returncode:
        print("没有模型，先只用规则运行；稍后运行 bangnong train", file=sys.stderr)


def _serves(home: Path) -> bool:
    """Whether a model serves that this program can load: one made with another word list cannot."""
    from bot.understanding import open_models
    from classifiers.artefacts import BadModel

    models = open_models(home)
    current = models.current()
    if current is None:
        return False
    try:
        models.load(current)
    except BadModel as error:
        print(f"{error}", file=sys.stderr)
        return False
    return True


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "BANGNONG_HOME": str(home), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


async def _corrected(settings: Any) -> Sequence[Row]:
    """Tickets whose intent or urgency a reporter corrected, with the contact's first words. [] without a database."""
    from bot.services import addresses, open_engines, open_index_key
    from bot.store.database import Database, StoreAway, migrate
    from bot.store.labels import corrected_rows
    from bot.vault import Vault

    engines = open_engines(settings)
    try:
        await migrate(addresses(settings, engines)[0])  # nothing may have run here before
        database = Database(addresses(settings, engines)[0], limit=30)
        await database.open()
        try:
            vault = Vault(settings.secret_key, settings.secret_key_previous)
            await open_index_key(database, vault)
            found = await corrected_rows(database, vault)
        finally:
            await database.close()
    except StoreAway:
        print("数据库没有应答，这次不用记者的更正", file=sys.stderr)
        return []
    finally:
        if engines is not None:
            engines.release()
    return [Row(text, Intent(intent), (), Urgency(urgency)) for text, intent, urgency in found]
