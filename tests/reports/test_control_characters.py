"""A control character comes along from a PDF or a platform; the file is made all the same, without it."""

import io

import openpyxl
from docx import Document

from bot.directory.sheets import COLUMNS, write_xlsx
from bot.reports.paper import Paper, Section
from bot.reports.word import as_docx
from bot.tally.sheets import write_book
from data.obstacles import load_obstacles

ODD = "三林镇\x02值班\x0b室\x00\ufffe"
PLAIN = "三林镇值班室"


def test_a_sheet() -> None:
    blob = write_book({"督办": [("谁", ODD), ("\x02=1+1", 5)]}, {})
    rows = list(openpyxl.load_workbook(io.BytesIO(blob))["督办"].values)
    assert rows == [("谁", PLAIN), ("'=1+1", 5)], "what is left is no formula either"


def test_the_directory() -> None:
    blob = write_xlsx([[ODD] * len(COLUMNS)])
    sheet = openpyxl.load_workbook(io.BytesIO(blob)).active
    assert list(sheet.values)[1] == (PLAIN,) * len(COLUMNS)


def test_a_report() -> None:
    form = next(iter(load_obstacles().forms.values()))
    field = next(one for one in form if one.code != "title")
    paper = Paper(ODD, ODD, (ODD,), (Section(field, (ODD,), "\x02药\n还没到\x00"),), draft=False)
    document = Document(io.BytesIO(as_docx(paper, ODD)))
    texts = [one.text for one in document.paragraphs]
    assert texts == [PLAIN, PLAIN, PLAIN, field.title, PLAIN, "药", "还没到"]
    assert document.sections[0].footer.paragraphs[0].text == PLAIN
