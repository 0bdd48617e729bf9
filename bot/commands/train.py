"""`bangnong train`: rows and reporters' corrections into a candidate model, promoted if it is good enough."""

import argparse
import asyncio
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.commands.options import number
from bot.commands.progress import Progress
from bot.environment import read_environment
from conversations.codes import Intent, Urgency

if TYPE_CHECKING:
    from bot.settings import Settings


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "train", help="train a model and promote it if it is good enough"
    )
    parser.add_argument("--if-missing", action="store_true", help="only when no model serves yet")
    parser.add_argument("--candidate", action="store_true", help="do not promote")
    parser.add_argument("--rows-only", action="store_true", help="leave labels and corrections out (needs no database)")
    parser.add_argument("--told", action="store_true", help="progress as lines of JSON, for the desk's page")
    parser.add_argument("--seed", type=number(0, 2**32 - 1), default=0)
    parser.set_defaults(run=run)


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled text, from the corpus or from a ticket a reporter corrected."""

    text: str
    intent: Intent
    intents: tuple[Intent, ...]
    urgency: Urgency


def run(options: argparse.Namespace) -> int:
    from bot.settings import load_settings
    from bot.understanding import open_models

    settings = load_settings(read_environment())
    if options.if_missing and _serves(settings.home):
        return 0
    try:
        with _alone(settings.home, wait=options.if_missing):
            if options.if_missing and _serves(settings.home):
                return 0  # whoever was waited for has done it
            open_models(settings.home).remove_drafts()
            return _train(options, settings)
    except BlockingIOError:
        print("这里已经有一个训练在进行，请等它结束", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"模型写不下来（{error.strerror or error}）：磁盘腾出 100 MB 再训练；在用的模型没有动", file=sys.stderr)
        return 2


@contextmanager
def _alone(home: Path, *, wait: bool) -> Iterator[None]:
    """One training an installation, however it was started. Raises BlockingIOError where another runs and `wait` is not set."""
    folder = home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".training").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _train(options: argparse.Namespace, settings: "Settings") -> int:
    from bot.learning.comparing import compare_models
    from bot.understanding import open_models
    from classifiers.artefacts import NotGoodEnough
    from classifiers.model_files import BadModel
    from classifiers.train import train
    from data.corpus import load_corpus
    from data.lexicon import load_lexicon

    models = open_models(settings.home)
    rows: list[Any] = list(load_corpus())
    own = len(rows)
    labelled: list[Any] = []
    if not (options.rows_only or options.if_missing):
        corrected, labelled = asyncio.run(_taught(settings))
        # What people labelled goes before a correction of the same words, and both before a sentence of ours.
        texts = {row.text: row for row in [*rows, *corrected, *labelled]}
        rows = list(texts.values())
        print(f"语料 {own} 句，记者更正 {len(corrected)} 句，标注 {len(labelled)} 句", file=sys.stderr)
    os.nice(10 if options.told else 5)
    said = _told if options.told else Progress("训练")
    before = models.current()
    report = train(rows, models, progress=said, seed=options.seed, kinds=load_lexicon().kinds)
    if before is not None and not options.if_missing:
        try:
            compare_models(models, report.model_id, before, labelled, settings.home)
        except BadModel as error:  # one that this program cannot read any more is no bar to a new one
            print(f"没有和在用的比较：{error}", file=sys.stderr)
    if options.told:
        print(json.dumps({"model": report.model_id, "reasons": "；".join(report.gate.get("reasons", []))}), flush=True)
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


def _told(stage: str, share: float) -> None:
    """A line for whoever started this; when nobody reads it any more, the training ends here."""
    print(json.dumps({"stage": stage, "share": round(share, 3)}), flush=True)


def ensure_model(home: Path, *, wait: bool = True) -> "subprocess.Popen[bytes] | None":
    """Train in a child process when no model serves, so that the service never imports scikit-learn.

    A newcomer waits for it. `wait=False`: where one served before this program took the place of an older one, nobody who
    writes now may wait. The rules read alone, and the child that is returned trains beside the service, which takes its
    model over.
    """
    if _serves(home):
        return None
    command = [sys.executable, "-m", "bot", "train", "--if-missing"]
    if not wait and (home / "models" / "current").exists():
        print("在用的模型是别的版本做的，正在重新训练（一两分钟）；其间先只用规则", file=sys.stderr)
        return subprocess.Popen(command, env=_environment(home), stdout=sys.stderr)
    done = subprocess.run(command, env=_environment(home), stdout=sys.stderr, check=False)
    if done.returncode:
        print("没有模型，先只用规则运行；稍后运行 bangnong train", file=sys.stderr)
    return None


def _serves(home: Path) -> bool:
    """Whether a model serves that this program can load: one made with another word list cannot."""
    from bot.understanding import open_models
    from classifiers.model_files import BadModel

    models = open_models(home)
    try:
        current = models.current()
        if current is None:
            return False
        models.check(current)
    except BadModel as error:
        print(f"{error}", file=sys.stderr)
        return False
    return True


def _environment(home: Path) -> dict[str, str]:
    return {**os.environ, "BANGNONG_HOME": str(home), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


async def _taught(settings: "Settings") -> tuple[Sequence[Row], list[Any]]:
    """(first words of tickets a reporter corrected, messages that people labelled), without whom and where. Empty without
    a database."""
    from bot.learning.deidentify import deidentify
    from bot.learning.marks import for_training
    from bot.services import addresses, open_engines, open_index_key
    from bot.store.database import Database, StoreAway, migrate
    from bot.store.labels import corrected_rows
    from bot.store.learning_rows import labelled_rows
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
            labelled: list[Any] = list(await labelled_rows(database, vault))
        finally:
            await database.close()
    except StoreAway:
        print("数据库没有应答，这次不用更正和标注", file=sys.stderr)
        return [], []
    finally:
        if engines is not None:
            engines.release()
    corrected = [
        Row(for_training(deidentify(text)), Intent(intent), (), Urgency(urgency)) for text, intent, urgency in found
    ]
    return corrected, labelled
