"""The report of a review as a Word document, from the same frozen body as the PDF."""

import io
import re

from docx import Document
from docx.shared import Mm, Pt

# What XML cannot hold: a Word document with it would not open.
UNWRITABLE = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def report_docx(*, title, subtitle, school_name, body, signed=""):
    """Return the bytes of a document with real headings and tables."""
    document = Document()
    document.core_properties.title = _plain(title)
    document.core_properties.author = _plain(school_name)
    document.core_properties.language = "en-GB"
    document.styles["Normal"].font.name, document.styles["Normal"].font.size = "Arial", Pt(10.5)
    for section in document.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(18)
    document.add_heading(_plain(title), 0)
    document.add_paragraph(_plain(subtitle))
    if signed:
        document.add_paragraph(_plain(signed))
    for part in body:
        _write_part(document, part)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def _plain(text):
    return UNWRITABLE.sub("", str(text))


def _write_part(document, part):
    document.add_heading(_plain(part["heading"]), 1)
    for field in part["fields"]:
        document.add_heading(_plain(field["title"]), 2)
        WRITERS[field["kind"]](document, field)


def _write_text(document, field):
    for paragraph in re.split(r"\n{2,}", field["text"]):
        document.add_paragraph(_plain(paragraph))


def _write_facts(document, field):
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, value in field["pairs"]:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(_plain(label)).bold = True
        cells[1].text = _plain(value)


def _write_table(document, field):
    table = document.add_table(rows=1, cols=len(field["head"]), style="Table Grid")
    for cell, heading in zip(table.rows[0].cells, field["head"], strict=True):
        cell.paragraphs[0].add_run(_plain(heading)).bold = True
    for row in field["rows"]:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = _plain(value)


WRITERS = {"text": _write_text, "facts": _write_facts, "table": _write_table}
