"""Texts of tool tips that are never read as HTML."""

from html import escape


def plain_tip(text: str) -> str:
    """Qt guesses whether a tool tip is HTML; names of files and texts of models never are. Empty: no tip."""
    return f"<qt>{escape(text).replace(chr(10), '<br>')}</qt>" if text else ""
