"""A candidate beside the serving model on the same frozen rows: figures, confusion, what changed sides.

Both are judged by their twins, which have seen none of these rows. The result is kept as a file of the two ids; it holds
sentences of the corpus in words, and of labels only where they stand in the record, never their text.
"""

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.learning.frozen import is_frozen
from bot.store.learning_rows import LabelledRow
from classifiers.artefacts import ModelStore
from classifiers.evaluate import outcomes
from classifiers.metrics import Outcome, measure
from conversations.codes import Intent, Urgency
from data.corpus import load_corpus

EXAMPLES = 300


def comparison_file(home: Path, candidate: str, serving: str) -> Path:
    return home / "reports" / f"compare-{candidate}-{serving}.json"


def load_comparison(home: Path, candidate: str, serving: str) -> Mapping[str, Any] | None:
    """What `compare_models` kept; None when nothing usable is there."""
    try:
        found = json.loads(comparison_file(home, candidate, serving).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) and "changed" in found else None


def compare_models(
    models: ModelStore, candidate: str, serving: str, labelled: Sequence[LabelledRow], home: Path
) -> Mapping[str, Any]:
    """Reads every frozen row by both twins and keeps the result. Raises BadModel for a model that cannot be read."""
    rows = [LabelledRow(one.text, one.intent, one.intents, one.urgency, "", True) for one in load_corpus()]
    taken = [row for row in {row.text: row for row in [*rows, *labelled]}.values() if is_frozen(row.text)]
    texts = [row.text for row in taken]
    was, now = (outcomes(models.load(name, twin=True), texts) for name in (serving, candidate))
    changed = [
        _change(row, old, new)
        for row, old, new in zip(taken, was, now, strict=True)
        if (old.intent, old.urgency) != (new.intent, new.urgency)
    ]
    changed.sort(key=lambda one: (not one["red"], one["better"], one["label"]))
    kept = {
        "candidate": candidate, "serving": serving, "made_at": datetime.now(UTC).isoformat(), "rows": len(taken),
        "labelled": sum(bool(row.key) for row in taken),
        "data": hashlib.sha256("\n".join(sorted(texts)).encode()).hexdigest()[:12],
        "now": asdict(measure(candidate, taken, now)), "was": asdict(measure(serving, taken, was)),
        "changed_count": len(changed), "better": sum(one["better"] > 0 for one in changed),
        "worse": sum(one["better"] < 0 for one in changed), "changed": changed[:EXAMPLES],
    }  # fmt: skip
    file = comparison_file(home, candidate, serving)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.write_text(json.dumps(kept, ensure_ascii=False, default=str), "utf-8")
    draft.replace(file)
    return kept


def _change(row: LabelledRow, old: Outcome, new: Outcome) -> dict[str, Any]:
    """`better`: how many of intent and urgency became right, less those that became wrong; `red`: danger moved."""
    right = [(one.intent == row.intent) + (one.urgency == row.urgency) for one in (old, new)]
    red = (old.urgency is Urgency.CRITICAL) != (new.urgency is Urgency.CRITICAL)
    return {
        "text": "" if row.key else row.text, "key": row.key, "label": row.intent, "level": row.urgency,
        "intent_was": old.intent, "intent_now": new.intent, "urgency_was": old.urgency, "urgency_now": new.urgency,
        "better": right[1] - right[0], "red": red,
    }  # fmt: skip


def main() -> None:
    """`python -m bot.learning.comparing HOME CANDIDATE SERVING`, labels as JSON on the input: for a process of its own."""
    from bot.understanding import open_models

    os.nice(10)
    home, candidate, serving = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    labelled = [
        LabelledRow(
            one["text"], Intent(one["intent"]), tuple(map(Intent, one["intents"])), Urgency(one["urgency"]), one["key"]
        )
        for one in json.load(sys.stdin)
    ]
    compare_models(open_models(home), candidate, serving, labelled, home)


async def compare_apart(home: Path, candidate: str, serving: str, labelled: Sequence[LabelledRow]) -> bool:
    """The comparison in a niced process, so that no resident waits for it; whether it came about."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.learning.comparing", str(home), candidate, serving,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        rows = json.dumps([asdict(row) for row in labelled], ensure_ascii=False).encode()
        await asyncio.wait_for(process.communicate(rows), 120)
    except (TimeoutError, asyncio.CancelledError):
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return process.returncode == 0


if __name__ == "__main__":
    main()
