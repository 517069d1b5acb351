"""Files that are text: decoding, and Markdown, CSV, JSON, notebooks. Binary content is refused."""

import codecs
import contextlib
import csv
import io
import json
import re
from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.rag.loaders.parsed import Parsed, plain
from workbench.rag.types import PageText

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_MAX_CELLS = 200
# Characters that people cannot see and models can: joiners inside words stay (200C, 200D: scripts need them).
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x00-\x08\x0b\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    text: str
    encoding: str


def decode(data: bytes, name: str) -> Decoded:
    """The text and its encoding. Raises WorkbenchError when the bytes are no text."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_as(data, encoding, name)
    if b"\0" in data[:_SAMPLE]:
        return _decode_utf16(data, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(data, name)
    if _control_share(text[:_SAMPLE]) > 0.02:
        raise _binary(name)
    return Decoded(text, "ascii" if text.isascii() else "utf-8")


def _decode_as(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        raise WorkbenchError(
            f"{name} says that it is {encoding.removesuffix('-sig').upper()} but holds bytes that are not.",
            hint="Save it again as UTF-8.",
            details=str(error),
            code="encoding",
        ) from error


def _decode_utf16(data: bytes, name: str) -> Decoded:
    """UTF-16 without a mark has a zero in every other byte of western text; any other zero means no text."""
    sample = data[:_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) < 0.3 * len(sample) / 2 or min(even, odd) > 0.05 * max(even, odd):
        raise _binary(name)
    return _decode_as(data, "utf-16-le" if odd > even else "utf-16-be", name)


def _guess(data: bytes, name: str) -> Decoded:
    from charset_normalizer import from_bytes

    if _control_share(data[:_SAMPLE].decode("latin-1")) > 0.02:
        raise _binary(name)
    best = from_bytes(data[: 4 * _SAMPLE]).best()
    if best is None:
        raise _binary(name)
    try:
        text = data.decode(best.encoding)
        # Many code pages agree on a text; the commonest of them is named.
        with contextlib.suppress(UnicodeDecodeError):
            if data.decode("cp1252") == text:
                return Decoded(text, "cp1252")
        return Decoded(text, best.encoding.replace("_", "-"))
    except UnicodeDecodeError:
        text = data.decode(best.encoding, errors="replace")
        return Decoded(text, f"{best.encoding.replace('_', '-')}, damaged")


def _control_share(text: str) -> float:
    if not text:
        return 0.0
    return sum(1 for c in text if ord(c) < 32 and c not in "\t\n\r\f\x1b") / len(text)


def _binary(name: str) -> WorkbenchError:
    return WorkbenchError(
        f"{name} holds binary data, not text.",
        hint="Add PDF, Office, HTML, EPUB or text files.",
        code="binary",
    )


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Text with plain newlines and without invisible characters, and a warning that tells how many there were."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, removed = _INVISIBLE.subn("", text)
    if not removed:
        return text, ()
    return text, (f"{removed} invisible character{'s were' if removed > 1 else ' was'} removed.",)


def paged(text: str) -> tuple[PageText, ...]:
    """Pages as form feeds part them."""
    return tuple(PageText(number=number, text=part) for number, part in enumerate(text.split("\f"), 1))


def load_text(decoded: Decoded, name: str, suffix: str) -> Parsed:
    """The loader for everything that is text and no markup: picks by content, the suffix decides between equals."""
    text, warnings = clean(decoded.text)
    stripped = text.lstrip()
    if decoded.encoding.endswith("damaged"):
        warnings = (*warnings, "Some bytes could not be decoded and are shown as \ufffd.")
    if stripped[:1] in {"{", "["} and (json_type := _json_type(stripped)):
        if json_type == "notebook":
            text, file_type, markdown = _notebook(json.loads(stripped)), "Notebook", True
        else:
            file_type, markdown = "JSON", False
    elif suffix in {".csv", ".tsv"}:
        text, file_type, markdown = _table(text, suffix), "CSV", False
    else:
        markdown = suffix in {".md", ".markdown", ".mdx"} or bool(re.search(r"^#{1,3} \S", text, re.MULTILINE))
        file_type = "Markdown" if markdown else "Text"
    return Parsed(
        pages=paged(text),
        title=_first_heading(text) if markdown else "",
        warnings=warnings,
        file_type=file_type,
        encoding=decoded.encoding,
        is_markdown=markdown,
    )


def _first_heading(text: str) -> str:
    found = re.search(r"^# +(.+?)[ #]*$", text[:4000], re.MULTILINE)
    return plain(found[1]) if found else ""


def _json_type(text: str) -> str:
    """ "notebook", "json" or "" for text that only looks like it (JSON lines count as text)."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return "notebook" if isinstance(content, dict) and "nbformat" in content and "cells" in content else "json"


def _notebook(content: dict[str, object]) -> str:
    """A notebook as Markdown: prose as it is, code and its printed output fenced."""
    parts: list[str] = []
    cells = content.get("cells")
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict):
            continue
        source = _joined(cell.get("source"))
        if cell.get("cell_type") == "code":
            parts.append(f"```python\n{source}\n```")
            printed = "".join(
                _joined(output.get("text")) for output in cell.get("outputs", []) if isinstance(output, dict)
            )
            parts += [f"```\n{printed.rstrip()}\n```"] if printed.strip() else []
        else:
            parts.append(source)
    return "\n\n".join(part for part in parts if part.strip())


def _joined(lines: object) -> str:
    return "".join(map(str, lines)) if isinstance(lines, list) else str(lines or "")


def _table(text: str, suffix: str) -> str:
    """A table's rows as lines "column: value; ...", so that a chunk from its middle still says what the numbers are."""
    try:
        dialect = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
        separator = dialect.delimiter
    except csv.Error:
        separator = "\t" if suffix == ".tsv" else ","
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        return text
    if len(rows) < 2 or not 2 <= len(rows[0]) <= _MAX_CELLS:
        return text
    header = [" ".join(cell.split()) for cell in rows[0]]
    return "\n".join(_row_line(header, row) for row in rows[1:] if any(cell.strip() for cell in row))


def _row_line(header: list[str], row: list[str]) -> str:
    cells = [" ".join(cell.split()) for cell in row]
    if len(cells) > len(header):
        header = [*header, *[""] * (len(cells) - len(header))]
    named = (f"{name}: {cell}" if name else cell for name, cell in zip(header, cells, strict=False) if cell)
    return "; ".join(named)
