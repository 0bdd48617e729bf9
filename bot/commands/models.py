"""`bangnong models list/promote/rollback`."""

import argparse
import sys
from typing import Any

from bot.settings import load_settings, read_environment


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("models", help="list, promote or roll back models")
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("list")
    acts.add_parser("promote").add_argument("model")
    acts.add_parser("rollback")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from bot.understanding import open_models
    from classifiers.artefacts import NotGoodEnough
    from classifiers.model_files import BadModel

    models = open_models(load_settings(read_environment()).home)
    try:
        if options.act == "list":
            current = models.current()
            for name in models.list():
                print(f"{'*' if name == current else ' '} {name}")
            return 0
        if options.act == "promote":
            if options.model not in models.list():
                print(f"没有模型 {options.model}：bangnong models list 看有哪些", file=sys.stderr)
                return 2
            models.promote(options.model)
            print(f"已启用 {options.model}（正在运行的服务几秒内换上）")
        else:
            print(f"已退回 {models.rollback()}")
    except LookupError:
        print(
            "没有更早的模型可以退回：bangnong models list 看有哪些，bangnong models promote ID 启用一个",
            file=sys.stderr,
        )
        return 2
    except (BadModel, NotGoodEnough) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
