"""A report as a Word file (.docx): headings and paragraphs of the usual styles, so that an editor can go on with it."""

import io

from adapters.text import clean
from bot.reports.paper import Paper

_FONT = "宋体"


def as_docx(paper: Paper, footer: str) -> bytes:
    """`footer`: who took it out of the house, and when. What XML cannot say is left out of every text."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = Document()
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.footer.paragraphs[0].text = clean(footer)
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    normal.font.name = _FONT
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    document.core_properties.author = "帮侬忙"
    document.core_properties.title = clean(paper.name)
    document.add_paragraph(clean(f"{paper.name}{'　草稿，没有签发' if paper.draft else ''}"))
    document.add_heading(clean(paper.title) or "（没有题目）", level=1)
    for line in paper.lines:
        document.add_paragraph(clean(line))
    for part in paper.sections:
        if part.field.code != "title" and part.paragraphs:
            document.add_heading(part.title, level=2)
            for one in part.paragraphs:
                document.add_paragraph(clean(one))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
