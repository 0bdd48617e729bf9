"""The sheet of figures counts days as the people of the city do."""

import csv
from pathlib import Path

import pytest

from bot.store.finishing import write_figures
from tests.inside import DYING, Open


@pytest.mark.parametrize(
    ("opened", "closed", "days"),
    [
        ("05 07:00", "05 09:00", "0"),
        ("05 09:00", "06 07:00", "1"),
        ("05 23:59", "06 00:01", "1"),
        ("05 09:00", None, ""),
    ],
)
async def test_days_are_shanghais(inside: Open, tmp_path: Path, opened: str, closed: str | None, days: str) -> None:
    async with inside(outbox=False) as here:
        await here.hear("u", DYING)
        await here.database.execute(
            "update tickets set created_at = $1::text::timestamptz, closed_at = $2::text::timestamptz",
            f"2022-04-{opened}+08", f"2022-04-{closed}+08" if closed else None,
        )  # fmt: skip
        out = tmp_path / "figures.csv"
        await write_figures(here.database, 1, out)
    (row,) = csv.DictReader(out.read_text("utf-8-sig").splitlines())
    assert (row["哪天"], row["几天办完"]) == ("2022-04-05", days)
