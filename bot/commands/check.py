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

    from data.acts import load_acts
    from data.assignment import read_assignment
    from data.canned import read_canned
    from data.corpus import read_corpus
    from data.directory import read_directory
    from data.faults import BadRows, Fault, rows_folder
    from data.hotline import read_hotline
    from data.lexicon import load_lexicon
    from data.media import read_media
    from data.obstacles import read_obstacles
    from data.places import load_places
    from data.playbook import read_playbook
    from data.red import load_red
    from data.retention import read_retention
    from data.simulation import read_simulation
    from data.supervision import read_supervision
    from data.tally import read_tally
    from data.toutiao import read_toutiao

    folder = options.folder or rows_folder()
    if not folder.is_dir():
        print(f"没有文件夹 {folder}：行数据要从 data/ 整个复制过去再改", file=sys.stderr)
        return 2
    faults: list[Fault] = []
    read_playbook(folder, faults)
    for load in (
        load_red,
        load_acts,
        load_places,
        read_canned,
        read_assignment,
        read_hotline,
        read_directory,
        read_media,
        read_tally,
        read_retention,
        read_simulation,
        read_supervision,
        read_obstacles,
        read_toutiao,
    ):
        load(folder, faults)
    faults += read_corpus(folder / "corpus")[1]
    try:
        load_lexicon(folder / "lexicon.txt")
    except BadRows as error:
        faults += error.faults
    for fault in sorted(faults):
        print(fault)
    print(f"{len(faults)} 处要改" if faults else "行数据没有问题")
    good = True
    if options.folder is None:
        from bot.rows.standing import released_standing

        good, words = released_standing()
        if words:
            print(words)
    return 1 if faults or not good else 0
