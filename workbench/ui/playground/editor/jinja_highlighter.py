"""Colours what is Jinja in a template; line by line, so that a key press costs one line."""

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from workbench.ui.tokens import Tokens

_OPENING = re.compile(r"\{\{|\{%|\{#")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_STATES = ("{{", "{%", "{#")
"""What a line may end in the middle of; the number of a state is its index."""
_INSIDE = re.compile(
    r"(?P<string>\"[^\"]*\"|'[^']*')|(?P<word>[A-Za-z_]\w*)|(?P<number>\b\d+(?:\.\d+)?\b)|(?P<mark>\{\{|\}\}|[-+]?%\}|\{%[-+]?)"
)
_KEYWORDS = frozenset(
    "if elif else endif for endfor in set endset and or not is true false none True False None filter endfilter "
    "macro endmacro call endcall raw endraw with endwith recursive".split()
)
_LONGEST_LINE = 20_000
"""A longer line is left plain: nobody reads it, and every key press would cost all of it."""


class JinjaHighlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument, tokens: Tokens) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.show_tokens(tokens)

    def show_tokens(self, tokens: Tokens) -> None:
        """The colours of the palette in force."""
        self._formats = {
            "comment": _format(tokens.muted, italic=True),
            "mark": _format(tokens.muted),
            "keyword": _format(tokens.info, bold=True),
            "word": _format(tokens.accent, bold=True),
            "string": _format(tokens.good),
            "number": _format(tokens.warn),
            "plain": _format(tokens.text),
        }
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        state = self.previousBlockState()
        if state < 0 and "{" not in text:
            self.setCurrentBlockState(-1)
            return
        if len(text) > _LONGEST_LINE:
            self.setCurrentBlockState(-1)
            return
        position = 0
        opened = _STATES[state] if state >= 0 else ""
        while position < len(text) or (opened and position == 0):
            start = position
            if not opened:
                found = _OPENING.search(text, position)
                if found is None:
                    break
                start, opened = found.start(), found.group()
                position = found.end()
            closed = text.find(_CLOSING[opened], position)
            end = len(text) if closed < 0 else closed + 2
            self._colour(text, start, end, opened)
            if closed < 0:
                self.setCurrentBlockState(_STATES.index(opened))
                return
            opened, position = "", end
        self.setCurrentBlockState(-1)

    def _colour(self, text: str, start: int, end: int, opened: str) -> None:
        if opened == "{#":
            self.setFormat(start, end - start, self._formats["comment"])
            return
        for found in _INSIDE.finditer(text, start, end):
            kind = found.lastgroup or "plain"
            if kind == "word" and opened == "{%" and found.group() in _KEYWORDS:
                kind = "keyword"
            self.setFormat(found.start(), found.end() - found.start(), self._formats[kind])


def _format(color: str, *, bold: bool = False, italic: bool = False) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(QColor(color))
    if bold:
        made.setFontWeight(QFont.Weight.DemiBold)
    made.setFontItalic(italic)
    return made
