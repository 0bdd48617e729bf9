"""`bangnong evaluate`: a model against labelled rows: table, JSON, and one HTML page; with `--against`, the difference."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from bot.settings import load_settings, read_environment
from conversations.codes import Intent, Urgency


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser(
        "evaluate", help="measure a model; show the difference to another"
    )
    parser.add_argument(
        "--on", type=Path, help='JSONL of {"text","intent","urgency"}; default: the cross-validated figures'
    )
    parser.add_argument("--model", help="id (default: the serving one)")
    parser.add_argument("--against", help="another model's id to compare with")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--html", type=Path, help="write the page here (default: $BANGNONG_HOME/reports/MODEL.html)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from bot.understanding import open_models
    from classifiers.evaluate import as_json, compare, evaluate
    from classifiers.report import as_html, as_text

    home = load_settings(read_environment()).home
    models = open_models(home)
    name = options.model or models.current()
    if name is None:
        print("还没有模型：先运行 bangnong train", file=sys.stderr)
        return 2
    rows = _rows(options.on) if options.on else _held_out()
    report = evaluate(
        models.load(name, twin=options.on is None), rows, f"{name}：{options.on.name if options.on else '留出样本'}"
    )
    print(json.dumps(as_json(report), ensure_ascii=False) if options.json else as_text(report))
    if options.against:
        print(compare(evaluate(models.load(options.against, twin=options.on is None), rows, options.against), report))
    page = options.html or home / "reports" / f"{name}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(as_html(report), "utf-8")
    print(f"页面：{page}", file=sys.stderr)
    return 0


def _held_out() -> list[Any]:
    from classifiers.train import held_out
    from data.corpus import load_corpus

    return list(held_out(load_corpus()))


def _rows(path: Path) -> list[Any]:
    from bot.commands.train import Row
    from data.faults import BadRows, Fault

    rows: list[Row] = []
    faults: list[Fault] = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            further = tuple(Intent(other) for other in row.get("intents", []))
            rows.append(Row(str(row["text"]), Intent(row["intent"]), further, Urgency(row["urgency"])))
        except (ValueError, KeyError, TypeError) as error:
            faults.append(Fault(path.name, number, f'needs {{"text","intent","urgency"}} with our codes ({error})'))
    if faults:
        raise BadRows(faults)
    return rows
