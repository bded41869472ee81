"""Paragraphs and tables as a Word document, A4. The fonts are those of whoever opens it: nothing of the machine's is needed."""

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from layouts.duty.daily_paper import Block, Grid, Words

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Row
    from docx.text.paragraph import Paragraph

TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LATIN, _CHINESE = "Arial", "宋体"
_SIZES: Final = {"title": 18.0, "head": 13.0, "text": 11.0, "small": 9.0}  # points
_CELL: Final = 9.5
_WIDE: Final = 170  # mm between the margins
_BAD: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold


def document(blocks: Sequence[Block], title: str, at: datetime) -> bytes:
    """The file. title and at (aware) stand in its properties, for whoever finds it without its name."""
    from docx import Document  # here: lxml, which a web process that nobody asks for a document does without

    made = Document()
    _page(made)
    about = made.core_properties
    about.title, about.author, about.comments, about.created = _clean(title), "", "", at.astimezone(UTC)
    for block in blocks:
        if isinstance(block, Grid):
            _grid(made, block)
        else:
            _words(made, block)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _page(made: "Document") -> None:
    from docx.shared import Mm

    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(20)


def _clean(text: str) -> str:
    return _BAD.sub(" ", text)


def _words(made: "Document", block: Words) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    level = {"title": "Heading 1", "head": "Heading 2"}.get(
        block.style, "Normal"
    )  # so that its reader can leaf through it
    paragraph = made.add_paragraph(style=level)
    paragraph.paragraph_format.space_before = Pt(10 if block.style == "head" else 2)
    paragraph.paragraph_format.space_after = Pt(3)
    if block.style == "title":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(paragraph, block.text, _SIZES[block.style], bold=level != "Normal")


def _run(paragraph: "Paragraph", text: str, size: float, *, bold: bool) -> None:
    """A run; its lines are kept."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_clean(text))
    run.font.name, run.font.size, run.font.bold, run.font.color.rgb = _LATIN, Pt(size), bold, RGBColor(0, 0, 0)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _CHINESE)  # noqa: SLF001 - the library has no word for it


def _grid(made: "Document", block: Grid) -> None:
    from docx.shared import Mm

    table = made.add_table(0, len(block.widths), style="Table Grid")
    table.autofit = False
    widths = [Mm(_WIDE * share / sum(block.widths)) for share in block.widths]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for number, cells in enumerate(block.rows):
        is_head = block.head and number == 0
        row = table.add_row()
        _keep(row, head=is_head)
        for cell, text, width in zip(row.cells, cells, widths, strict=True):
            cell.width = width
            _run(cell.paragraphs[0], text, _CELL, bold=is_head)


def _keep(row: "_Row", *, head: bool) -> None:
    """No page breaks the row in two; one with heads stands on every page."""
    from docx.oxml import OxmlElement

    shape = row._tr.get_or_add_trPr()  # noqa: SLF001 - the library has no word for it
    shape.append(OxmlElement("w:cantSplit"))
    if head:
        shape.append(OxmlElement("w:tblHeader"))
