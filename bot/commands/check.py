"""`bangnong check`: every fault of the data rows, with file and line."""

import argparse
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    parser: argparse.ArgumentParser = commands.add_parser("check", help="find every fault of the data rows")
    parser.add_argument("--with", dest="folder", type=Path, help="rows in another folder")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from data.check import check_folder, danger_differences
    from data.faults import rows_folder

    folder = options.folder or rows_folder()
    if not folder.is_dir():
        print(f"没有文件夹 {folder}：行数据要从 data/ 整个复制过去再改", file=sys.stderr)
        return 2
    faults = check_folder(folder)
    for fault in faults:
        print(fault)
    if faults:
        print(f"{len(faults)} 处要改")
    else:
        for words in danger_differences(folder) if options.folder else ():
            print(f"注意：{words}")
        print("行数据没有问题")
    good = True
    if options.folder is None:
        from bot.rows.standing import released_standing

        good, words = released_standing()
        if words:
            print(words)
    return 1 if faults or not good else 0
