"""Paragraphs and tables as a Word document (Office Open XML, ECMA-376 transitional): four parts in one archive, A4.

The fonts are those of whoever opens it, so nothing is embedded and nothing of the machine's is needed.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from layouts.duty.daily_paper import Block, Grid, Words

TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PAGE: Final = 9638  # twentieths of a point: A4 less margins of 20 mm
_SIZES: Final = {"title": 36, "head": 26, "text": 22, "small": 18}  # half points
_BAD: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold

_TYPES: Final = f"""{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>\
<Override PartName="/word/document.xml" ContentType="{TYPE}.main+xml"/><Override PartName="/docProps/core.xml" \
ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"""
_RELATIONS: Final = f"""{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" \
Type="{_OFFICE}/officeDocument" Target="word/document.xml"/><Relationship Id="r2" \
Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"""


def document(blocks: Sequence[Block], title: str, at: datetime) -> bytes:
    """The file. title and at (aware) stand in its properties, for whoever finds it without its name."""
    body = "".join(_grid(block) if isinstance(block, Grid) else _words(block) for block in blocks)
    page = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("docProps/core.xml", _core(title, at))
        archive.writestr(
            "word/document.xml", f'{_XML}<w:document xmlns:w="{_W}"><w:body>{body}{page}</w:body></w:document>'
        )
    return out.getvalue()


def _core(title: str, at: datetime) -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dc:title>{_text(title)}</dc:title><dcterms:created xsi:type="dcterms:W3CDTF">{at:%Y-%m-%dT%H:%M:%SZ}</dcterms:created>'
        "</cp:coreProperties>"
    )


def _text(text: str) -> str:
    return escape(_BAD.sub(" ", text))


def _words(block: Words) -> str:
    centred = '<w:jc w:val="center"/>' if block.style == "title" else ""
    level = {"title": '<w:outlineLvl w:val="0"/>', "head": '<w:outlineLvl w:val="1"/>'}.get(block.style, "")
    before = 200 if block.style == "head" else 40
    shape = f'<w:pPr><w:spacing w:before="{before}" w:after="60"/>{centred}{level}</w:pPr>'
    return f"<w:p>{shape}{_run(block.text, _SIZES[block.style], bold=block.style in ('title', 'head'))}</w:p>"


def _run(text: str, size: int, *, bold: bool = False) -> str:
    """A run; its lines are kept."""
    parts = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in _text(text).split("\n"))
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="宋体"/>'
    return f'<w:r><w:rPr>{fonts}{"<w:b/>" if bold else ""}<w:sz w:val="{size}"/></w:rPr>{parts}</w:r>'


def _grid(block: Grid) -> str:
    widths = [_PAGE * share // sum(block.widths) for share in block.widths]
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="8AA4BD"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    shape = f'<w:tblPr><w:tblW w:w="{_PAGE}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = "".join(_row(row, widths, head=block.head and n == 0) for n, row in enumerate(block.rows))
    return f"<w:tbl>{shape}<w:tblGrid>{columns}</w:tblGrid>{rows}</w:tbl>"


def _row(cells: Sequence[str], widths: Sequence[int], *, head: bool) -> str:
    """A row that no page breaks in two; one with heads stands on every page."""
    shape = f"<w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>"
    made = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p>{_run(cell, 19, bold=head)}</w:p></w:tc>'
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr>{shape}{made}</w:tr>"
