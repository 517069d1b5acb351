"""Test collections in the BEIR layout: corpus.jsonl, queries.jsonl, qrels/SPLIT.tsv (Thakur et al. 2021)."""

from collections.abc import Iterator
from pathlib import Path

from workbench.datasets.json_rows import UnusableError, check_characters, parse_json
from workbench.errors import WorkbenchError


def is_beir(folder: Path) -> bool:
    return (folder / "queries.jsonl").is_file() and (folder / "qrels").is_dir()


def beir_documents(folder: Path) -> Iterator[tuple[str, str]]:
    """(id, text) of each document of a BEIR folder that has any text; the title stands above the text."""
    for row in _read_lines(folder / "corpus.jsonl"):
        text = f"{row.get('title') or ''}\n\n{row.get('text') or ''}".strip()
        if text:
            yield str(row["_id"]), text


def read_queries(folder: Path) -> dict[str, str]:
    """The text of every query by its id. Raises WorkbenchError in words."""
    return {
        str(row["_id"]): " ".join(str(row.get("text") or "").split()) for row in _read_lines(folder / "queries.jsonl")
    }


def read_judgements(folder: Path, split: str = "") -> Iterator[tuple[str, str, int]]:
    """(query, document, grade) of `qrels/<split>.tsv` ("test", else the only one). Raises WorkbenchError in words."""
    path = _judgements_file(folder, split)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in lines[1:]:
            query, document, grade = line.split("\t")
            yield query, document, int(grade)
    except (OSError, ValueError) as error:
        raise no_beir(folder, str(error)) from error


def _read_lines(path: Path) -> Iterator[dict[str, object]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    row = parse_json(line)
                    if not isinstance(row, dict) or "_id" not in row:
                        raise ValueError(f"line {number} has no _id")
                    _check_line(path, number, line, row)
                    yield row
    except (OSError, ValueError, UnusableError) as error:
        raise no_beir(path.parent, str(error)) from error


def _check_line(path: Path, number: int, line: str, row: dict[str, object]) -> None:
    try:
        check_characters(line, row)
    except UnusableError as error:
        raise WorkbenchError(
            f"Line {number} of {path.name} cannot be read: {error}",
            hint="Check where the file was exported from.",
            code="bad_json",
        ) from error


def _judgements_file(folder: Path, split: str) -> Path:
    files = sorted((folder / "qrels").glob("*.tsv"))
    chosen = [path for path in files if path.stem == (split or "test")] or ([] if split else files[:1])
    if not chosen:
        raise no_beir(folder, f"no qrels/{split or 'test'}.tsv")
    return chosen[0]


def no_beir(folder: Path, details: str = "") -> WorkbenchError:
    """That a folder is none, and what one needs."""
    return WorkbenchError(
        f"{folder.name} is not a test collection in the BEIR layout.",
        hint="It needs corpus.jsonl, queries.jsonl and qrels/test.tsv.",
        details=details,
        code="no_beir",
    )
