"""A written document as HTML."""

from collections.abc import Iterable
from html import escape

from samples.blocks import Block, Heading, PageBreak, Paragraph, Points, Table, parse_blocks
from samples.imprint import COMPANY


def as_html(title: str, text: str) -> bytes:
    body = "\n".join(_html(block) for block in parse_blocks(text))
    head = f'<head>\n<meta charset="utf-8">\n<title>{escape(title)} - {escape(COMPANY)}</title>\n</head>'
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n<body>\n{body}\n</body>\n</html>\n'.encode()


def _html(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{escape(text, quote=False)}</h{level}>"
        case Paragraph(text):
            return f"<p>{escape(text, quote=False)}</p>"
        case Points(points, numbered):
            tag = "ol" if numbered else "ul"
            return "\n".join([f"<{tag}>", *(f"<li>{escape(point, quote=False)}</li>" for point in points), f"</{tag}>"])
        case Table(head, rows):
            return "\n".join(["<table>", _html_row(head, "th"), *(_html_row(row, "td") for row in rows), "</table>"])
        case PageBreak():
            return "<hr>"


def _html_row(cells: Iterable[str], tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell, quote=False)}</{tag}>" for cell in cells) + "</tr>"
