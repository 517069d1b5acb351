"""Text of models, documents and users on a page: harmless, readable, never longer than there is room for."""

import re
from collections.abc import Iterable, Sequence
from html import escape

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff￾￿]")
"""Control characters (HTML forbids most), halves of surrogate pairs (UTF-8 cannot say them), non-characters."""
_CARRIAGE_RETURN = re.compile("\r\n?")


def shown(text: str) -> str:
    """What no encoding or parser accepts becomes visible: control characters their pictures, the rest U+FFFD."""
    return _UNFIT.sub(_picture, _CARRIAGE_RETURN.sub("\n", text))


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def safe(text: str) -> str:
    """Text as HTML, in an element or in a quoted attribute."""
    return escape(shown(text), quote=True)


def short(text: str, longest: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: str, longest: int) -> str:
    """A short text without line breaks, as HTML whose direction is its own."""
    return f"<bdi>{safe(short(' '.join(text.split()), longest))}</bdi>"


def block(text: str, longest: int) -> str:
    """A long text as it stands; where it is cut, that is said with the number of characters that are missing."""
    cut = len(text) - longest
    note = f'<p class="muted">… {cut:,} more characters; the JSON lines hold all of it.</p>' if cut > 0 else ""
    return f'<pre dir="auto">{safe(text[:longest] if cut > 0 else text)}</pre>{note}'


def table(heads: Sequence[str], rows: Iterable[str], *, caption: str = "") -> str:
    """Heads are HTML; a row is its cells (`<td>`, `<th>`). Scrolls by itself where it is wider than the page."""
    said = f"<caption>{caption}</caption>" if caption else ""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return (
        f'<div class="wide" tabindex="0"><table>{said}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def cells(values: Iterable[str], look: str = "") -> str:
    """`<td>` around HTML."""
    mark = f' class="{look}"' if look else ""
    return "".join(f"<td{mark}>{value}</td>" for value in values)


def row_head(value: str) -> str:
    return f'<th scope="row">{value}</th>'


def folded(summary: str, content: str) -> str:
    """Opened by a click or a key; both are HTML."""
    return f"<details><summary>{summary}</summary>{content}</details>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of names and values (HTML); empty values are left out."""
    said = "".join(f"<dt>{safe(name)}</dt><dd>{value}</dd>" for name, value in pairs if value)
    return f"<dl>{said}</dl>" if said else ""
