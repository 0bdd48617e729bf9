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
    from classifiers.model_files import BadModel
    from classifiers.report import as_html, as_text

    try:
        rows = _rows(options.on) if options.on else _held_out()
    except (OSError, UnicodeDecodeError) as error:
        wrong = (
            "不是 UTF-8 编码，请另存为 UTF-8"
            if isinstance(error, UnicodeDecodeError)
            else f"打不开（{error.strerror}）"
        )
        print(f'{options.on}：{wrong}；--on 要一个文件，每行一个 {{"text","intent","urgency"}}', file=sys.stderr)
        return 2
    if not rows:
        print(f'{options.on}：一行也没有；每行写一个 {{"text","intent","urgency"}}', file=sys.stderr)
        return 2
    home = load_settings(read_environment()).home
    models = open_models(home)
    name = options.model or models.current()
    if name is None:
        print("还没有模型：先运行 bangnong train", file=sys.stderr)
        return 2
    try:
        model = models.load(name, twin=options.on is None)
        other = models.load(options.against, twin=options.on is None) if options.against else None
    except BadModel as error:
        print(error, file=sys.stderr)
        return 2
    report = evaluate(model, rows, f"{name}：{options.on.name if options.on else '留出样本'}")
    print(json.dumps(as_json(report), ensure_ascii=False) if options.json else as_text(report))
    if other is not None:
        print(compare(evaluate(other, rows, options.against), report))
    page = options.html or home / "reports" / f"{name}.html"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(as_html(report), "utf-8")
    except OSError as error:
        print(f"写不进 {page}（{error.strerror}）：换一个 --html", file=sys.stderr)
        return 2
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
            if not isinstance(row, dict) or not isinstance(row["text"], str):
                raise TypeError("not an object with a text")
            further = tuple(Intent(other) for other in row.get("intents", []))
            rows.append(Row(row["text"], Intent(row["intent"]), further, Urgency(row["urgency"])))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            faults.append(Fault(path.name, number, f'needs {{"text","intent","urgency"}} with our codes ({error})'))
    if faults:
        raise BadRows(faults)
    return rows
