"""Files that are text: Markdown, tables of any delimiter, JSON, notebooks."""

import csv
import io
import json
import re
from collections import Counter

from workbench.rag.loaders.decoding import Decoded
from workbench.rag.loaders.nested import joined
from workbench.rag.loaders.parsed import Parsed, plain
from workbench.rag.loaders.tables import MAX_COLUMNS, row_lines
from workbench.rag.types import PageText

_DELIMITERS = ",;\t|:^~"
_TABLE_SUFFIXES = {".csv", ".tsv", ".tab", ".psv", ".ssv"}
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdx"}
_SURE_DELIMITERS = ",;\t|"
"""Those that make a table of a text that is not called one."""
_SNIFFED_LINES = 50
_LONGEST_CELL = 80
# Characters that people cannot see and models can: joiners inside words stay (200C, 200D: scripts need them).
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x00-\x08\x0b\x0e-\x1f\x7f]")


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
    if decoded.is_damaged:
        warnings = (*warnings, "Some bytes could not be decoded and are shown as \ufffd.")
    markdown = False
    if stripped[:1] in {"{", "["} and (json_type := _json_type(stripped)):
        markdown = json_type == "notebook"
        text = _notebook(json.loads(stripped)) if markdown else text
        file_type = "Notebook" if markdown else "JSON"
    elif suffix not in _MARKDOWN_SUFFIXES and (delimiter := find_delimiter(text, is_table=suffix in _TABLE_SUFFIXES)):
        text, file_type = _table(text, delimiter), "CSV"
    else:
        markdown = suffix in _MARKDOWN_SUFFIXES or bool(re.search(r"^#{1,3} \S", text, re.MULTILINE))
        file_type = "Markdown" if markdown else "Text"
    return Parsed(
        pages=paged(text),
        title=first_heading(text) if markdown else "",
        warnings=warnings,
        file_type=file_type,
        encoding=decoded.encoding,
        is_markdown=markdown,
    )


def first_heading(text: str) -> str:
    """The first heading of the highest level near the start of a Markdown text."""
    found = re.search(r"^# +(.+?)[ #]*$", text[:4000], re.MULTILINE)
    return plain(found[1]) if found else ""


def _json_type(text: str) -> str:
    """ "notebook", "json" or "" for text that only looks like it (JSON lines count as text)."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    is_notebook = isinstance(content, dict) and "nbformat" in content and content.keys() & {"cells", "worksheets"}
    return "notebook" if is_notebook else "json"


def _notebook(content: dict[str, object]) -> str:
    """A notebook as Markdown: prose as it is, code and what it showed fenced."""
    language = _language_of(content)
    parts: list[str] = []
    for cell in _cells(content):
        source = _lines(cell.get("source", cell.get("input")))
        match cell.get("cell_type"):
            case "code":
                shown = "\n".join(filter(None, map(_shown, _list(cell.get("outputs")))))
                parts += [_fenced(source, language), _fenced(shown.rstrip(), "")]
            case "heading":
                parts.append(f"{'#' * int(str(cell.get('level', 1)))} {source}")
            case _:
                parts.append(source)
    return joined(parts)


def _cells(content: dict[str, object]) -> list[dict[str, object]]:
    """Those of format 4, or of the worksheets of format 3."""
    sheets = [sheet for sheet in _list(content.get("worksheets")) if isinstance(sheet, dict)]
    cells = [*_list(content.get("cells")), *(cell for sheet in sheets for cell in _list(sheet.get("cells")))]
    return [cell for cell in cells if isinstance(cell, dict)]


def _language_of(content: dict[str, object]) -> str:
    metadata = content.get("metadata")
    info = metadata.get("language_info", metadata.get("kernelspec")) if isinstance(metadata, dict) else None
    found = info.get("name", info.get("language", "")) if isinstance(info, dict) else ""
    return found if isinstance(found, str) and found.isalnum() else "python"


def _shown(output: object) -> str:
    """The text of a code cell's output: printed, a result, or an error without its colours."""
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    plain_text = data.get("text/plain") if isinstance(data, dict) else None
    error = f"{output.get('ename')}: {output.get('evalue')}" if output.get("output_type") == "error" else ""
    return _lines(output.get("text") or plain_text) or error


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```" if text.strip() else ""


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _lines(lines: object) -> str:
    return "".join(map(str, lines)) if isinstance(lines, list) else str(lines or "")


def find_delimiter(text: str, *, is_table: bool) -> str:
    """What parts the cells of a table; empty for text that is none. `is_table`: its name says that it is one."""
    if is_table and (found := re.match(r"sep=(.)\n", text)):
        return found[1]
    sample = "\n".join(text[:65_536].split("\n")[: _SNIFFED_LINES + 1])
    best, most = "", 0.0
    for delimiter in _DELIMITERS if is_table else _SURE_DELIMITERS:
        rows = _rows(sample, delimiter)[:_SNIFFED_LINES]
        share = _regular_share(rows, sure=not is_table)
        if share > most:
            best, most = delimiter, share
    return best if most > (0.0 if is_table else 0.98) else ""


def _regular_share(rows: list[list[str]], *, sure: bool) -> float:
    """The share of rows with as many cells as most have; 0 for what is no table."""
    if not rows:
        return 0.0
    columns, count = Counter(map(len, rows)).most_common(1)[0]
    if not 2 <= columns <= MAX_COLUMNS:
        return 0.0
    # More columns are less likely to be chance.
    share = count / len(rows) - 0.001 / columns
    names = [cell.strip() for cell in rows[0]]
    is_head = all(names) and len(set(names)) == len(names)
    longest = max(len(cell) for row in rows for cell in row)
    if sure and (len(rows) < 3 or columns < 3 or not is_head or longest > _LONGEST_CELL):
        return 0.0
    return share


def _rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    except csv.Error:
        return []


def _table(text: str, delimiter: str) -> str:
    """A table's rows as lines "column: value; ...", so that a chunk from its middle still says what the numbers are."""
    text = re.sub(r"\Asep=.\n", "", text)
    rows = [[" ".join(cell.split()) for cell in row] for row in _rows(text, delimiter)]
    if len(rows) < 2 or not 2 <= len(rows[0]) <= MAX_COLUMNS:
        return text
    return row_lines(rows)
