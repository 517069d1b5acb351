"""How wide a text is when no font is at hand: an estimate that a common sans-serif font does not exceed.

Widths in em after the advance widths of DejaVu Sans, which is wider than Arial, Segoe UI, San Francisco and Noto Sans.
"""

from unicodedata import combining, east_asian_width

_WIDTHS = {
    "ijlIJ|'`": 0.30, " .,:;!·": 0.34, "-()[]{}": 0.40, "ft/\\r\"°": 0.42, "sczk*?_": 0.56, "LFPTYvxy": 0.62,
    "abdeghnopqu0123456789$€#–EZ": 0.64, "ABCKRSVXwUHND": 0.78, "GOQ&+=<>±~^−×": 0.84, "mM%": 0.97, "W@…—": 1.02,
}  # fmt: skip
_WIDTH_OF = {letter: width for letters, width in _WIDTHS.items() for letter in letters}
_OTHER = 0.72
_BOLD = 1.12


def text_width(text: str, size: float, *, is_bold: bool = False) -> float:
    """Pixels of a line of text in letters of `size` pixels."""
    width = sum(_letter_width(letter) for letter in text)
    return width * size * (_BOLD if is_bold else 1.0)


def shortened(text: str, room: float, size: float, *, is_bold: bool = False) -> str:
    """The text, or as much of its beginning as fits with "…" behind it; never empty."""
    text = " ".join(text.split())
    if text_width(text, size, is_bold=is_bold) <= room:
        return text
    left = room / size / (_BOLD if is_bold else 1.0) - _WIDTH_OF["…"]
    kept = ""
    for letter in text:
        left -= _letter_width(letter)
        if left < 0:
            break
        kept += letter
    return (kept.rstrip() or text[:1]) + "…"


def _letter_width(letter: str) -> float:
    if combining(letter):
        return 0.0
    if east_asian_width(letter) in "WF":
        return 1.05
    return _WIDTH_OF.get(letter, _OTHER)
