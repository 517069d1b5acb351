"""What an exhaustive question found, as a table or as text to be pasted."""

from collections.abc import Sequence

from workbench.datasets.csv_writing import to_csv
from workbench.rag.answer_types import Citation
from workbench.rag.exhaustive import Finding, grouped

_COLUMNS = ("number", "answer", "document", "page", "start", "end", "passage")


def findings_as_csv(findings: Sequence[Finding]) -> str:
    """One row for each finding. Begins with the mark that makes spreadsheet programs read it rightly."""
    places = [(finding.answer, finding.citation) for finding in findings]
    rows = ((c.number, answer, c.document, c.page, c.start, c.end, c.text) for answer, c in places)
    return "\ufeff" + to_csv(_COLUMNS, rows)


def findings_as_markdown(question: str, findings: Sequence[Finding], remark: str) -> str:
    """The different answers with their places. `remark` says how much was read."""
    lines = [f"# {_line(question)}", "", remark, ""]
    for group in grouped(findings):
        lines.append(f"- **{_line(group.answer)}** ({len(group.citations)})")
        lines += [f"  - {_where(citation)}: “{_short(citation.text)}”" for citation in group.citations]
    return "\n".join(lines) + "\n"


def _where(citation: Citation) -> str:
    return f"[{citation.number}] {_line(citation.document)}, page {citation.page}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    line = _line(text)
    return line if len(line) <= 240 else f"{line[:239]}…"
