"""Which loader reads which file of the rows, for the tests that break them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from data.acts import load_acts
from data.assignment import read_assignment
from data.canned import read_canned
from data.directory import read_directory
from data.faults import Fault, rows_folder
from data.hotline import read_hotline
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

Write = Callable[[str, str | bytes], Path]
"""Writes one file of a copy of the rows until the test ends; the copy's folder."""
Loader = Callable[[Path, list[Fault]], Any]
OWN: dict[str, Loader] = {
    "acts.csv": load_acts,
    **{f"red/{one}.csv": load_red for one in ("words", "signs", "limits", "variants", "frames", "rules")},
    **{
        f"gazetteer/{one}.csv": load_places
        for one in ("districts", "towns", "roads", "estates", "doors", "hospitals", "drugs")
    },
    **{
        f"{one}.toml": read_playbook
        for one in ("slots", "desk", "replies", "knowledge", "menu", "dangers", "intents/dialysis", "intents/supplies")
    },
    "cues.csv": read_playbook,
    "routing.csv": read_playbook,
    "canned.toml": read_canned,
    "assignment.toml": read_assignment,
    "hotline.toml": read_hotline,
    "directory.toml": read_directory,
    "media.toml": read_media,
    "tally.toml": read_tally,
    "retention.toml": read_retention,
    "simulation.toml": read_simulation,
    "supervision.toml": read_supervision,
    "obstacles.toml": read_obstacles,
    "toutiao.toml": read_toutiao,
}
GUARD = "有一项该是一句话的写成了表或数"
"""Said by the guard around a loader: it did not raise, and nobody thought of this."""


def shipped(name: str) -> str:
    return (rows_folder() / name).read_text("utf-8")


def faults_of(name: str, folder: Path) -> list[str]:
    faults: list[Fault] = []
    OWN[name](folder, faults)
    return [str(fault) for fault in faults]
