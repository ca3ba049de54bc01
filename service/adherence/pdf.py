"""A report as PDF for the file, with ReportLab: every section as a table with its note, page numbers, Chinese as well.

Chinese uses STSong-Light, a font that every reader of PDF brings or replaces, so that no font has to be shipped. The
pictures are on the page for printing; here the bars of shares stand in the tables as numbers.
"""

from __future__ import annotations

import io
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle

from service.adherence.sections import Report, Section, shown
from service.adherence.words import word

FONT = "STSong-Light"
MARGIN = 36


def pdf(report: Report, language: str) -> bytes:
    """The report on landscape A4. The file's own dates are left out, so that the same report has the same bytes."""
    fonts = _fonts(language)
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=landscape(A4), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=report.title, author="Careway", invariant=1, lang="zh-CN" if language == "zh" else "en",
    )  # fmt: skip

    def number(canvas: Any, _: Any) -> None:
        canvas.setFont(fonts[0], 7.5)
        canvas.drawRightString(
            landscape(A4)[0] - MARGIN, MARGIN / 2, f"{word('page', language)} {canvas.getPageNumber()}"
        )

    document.build(list(_story(report, fonts, language)), onFirstPage=number, onLaterPages=number)
    return buffer.getvalue()


def _fonts(language: str) -> tuple[str, str]:
    """The plain and the bold font; labels in Chinese need one that has it."""
    if language != "zh":
        return "Helvetica", "Helvetica-Bold"

    if FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    return FONT, FONT


def _story(report: Report, fonts: tuple[str, str], language: str) -> list[Any]:

    wrap = "CJK" if language == "zh" else None
    title = ParagraphStyle("title", fontName=fonts[1], fontSize=15, leading=20, wordWrap=wrap)
    head = ParagraphStyle(
        "head", fontName=fonts[1], fontSize=11, leading=15, spaceBefore=12, keepWithNext=1, wordWrap=wrap
    )
    text = ParagraphStyle("text", fontName=fonts[0], fontSize=8, leading=11, wordWrap=wrap)
    story: list[Any] = [Paragraph(_latin(report.title, language), title)]
    story += [Paragraph(_latin(f"{label}: {value}", language), text) for label, value in report.about]
    for section in report.sections:
        story += [
            Paragraph(_latin(section.title, language), head),
            Paragraph(_latin(section.note, language), text),
            Spacer(1, 4),
        ]
        story.append(
            _table(section, fonts, text, language) if section.rows else Paragraph(word("nothing", language), text)
        )
    return story


def _table(section: Section, fonts: tuple[str, str], style: Any, language: str) -> Any:

    small = style.clone("small", fontSize=6.5, leading=8.5)
    heading = style.clone("heading", fontName=fonts[1], fontSize=6.5, leading=8.5)
    rows = [[Paragraph(_latin(one.label, language), heading) for one in section.columns]]
    for row in section.rows:
        cells = zip(section.cells(row), section.columns, strict=True)
        rows.append([Paragraph(_latin(shown(value, one.kind), language), small) for value, one in cells])
    weights = [3.0 if one.kind == "text" else 1.0 for one in section.columns]
    room = landscape(A4)[0] - 2 * MARGIN
    table = LongTable(rows, colWidths=[room * weight / sum(weights) for weight in weights], repeatRows=1)
    table.setStyle(TableStyle([
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey), ("LINEBELOW", (0, 0), (-1, 0), 0.75, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]))  # fmt: skip
    return table


def _latin(text: str, language: str) -> str:
    """Escaped text; the built-in font of English has no arrow and no sign of at least."""
    plain = text if language == "zh" else text.replace("→", "->").replace("≥", ">=").replace("≤", "<=")
    return escape(plain)
