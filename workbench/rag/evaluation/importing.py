"""Test sets from files: a folder in the BEIR layout, or a table with questions and their sources.

Files name their documents in their own way; `DocumentFinder` says which document of the collection is meant.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from workbench.datasets.beir import beir_documents, read_judgements, read_queries
from workbench.datasets.json_rows import UnusableError, check_characters, parse_json
from workbench.datasets.mapping import as_text
from workbench.datasets.readers import read_table
from workbench.datasets.test_sets.types import Origin
from workbench.datasets.types import Table
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace

_QUESTIONS = ("question", "query", "text", "prompt", "input")
_SOURCES = ("sources", "source", "documents", "document", "file", "corpus-id", "relevant")
_PAGES = ("page",)
_QUOTES = ("passage", "quote", "quotation", "excerpt", "context")
MOST_CHARACTERS = 2000
"""Of a question."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Which columns of a table mean what; an empty name: none."""

    question: str
    source: str
    page: str = ""
    quote: str = ""
    """The passage in its own words; it is looked up in the document's text."""


@dataclass(frozen=True, slots=True)
class Imported:
    questions: tuple[EvaluationQuestion, ...]
    problems: tuple[str, ...]
    """Rows that cannot be used, each in a sentence."""


class DocumentFinder:
    """Documents of a collection by the names that files use: exact, as the end of a path, or without its ending."""

    def __init__(self, names: Sequence[str]) -> None:
        self._exact = set(names)
        self._by_key: dict[str, set[str]] = {}
        for name in names:
            path = PurePath(name)
            for key in {path.name, path.stem, str(path.with_suffix(""))}:
                self._by_key.setdefault(key.casefold(), set()).add(name)

    def find(self, wanted: str) -> str:
        """The document's name in the collection; empty where none or more than one could be meant."""
        if wanted in self._exact:
            return wanted
        found = self._by_key.get(wanted.casefold()) or self._by_key.get(PurePath(wanted).name.casefold(), set())
        return next(iter(found)) if len(found) == 1 else ""


def guess_columns(columns: Sequence[str]) -> ColumnChoice:
    """By their names; what is not recognised stays empty and is for the user to choose."""
    by_name = {column.strip().casefold(): column for column in reversed(columns)}

    def first(names: Sequence[str]) -> str:
        return next((by_name[name] for name in names if name in by_name), "")

    return ColumnChoice(first(_QUESTIONS), first(_SOURCES), first(_PAGES), first(_QUOTES))


def read_rows(path: Path) -> Table:
    """The table of a CSV, JSONL or XLSX file. Raises WorkbenchError in words."""
    return read_table(path)


def import_table(
    table: Table, columns: ColumnChoice, finder: DocumentFinder, pages: Mapping[str, Sequence[str]] | None = None
) -> Imported:
    """Rows with the same question become one question with several places.

    `pages`: the texts of the pages of documents, for quotations. Raises WorkbenchError when no row can be used.
    """
    if columns.question not in table.columns or columns.source not in table.columns:
        raise WorkbenchError(
            f"{table.name} needs a column with questions and one with documents.",
            hint=f"It has: {', '.join(table.columns[:12])}.",
            code="no_column",
        )
    found: dict[str, dict[RelevantPlace, None]] = {}
    problems = [str(problem) for problem in table.problems]
    for index, row in enumerate(table.rows):
        question = " ".join(as_text(row.get(columns.question)).split())
        places = _places(row, columns, finder, pages or {})
        if isinstance(places, str) or not question or len(question) > MOST_CHARACTERS:
            reason = places if isinstance(places, str) else "the question is empty or too long"
            problems.append(f"Row {table.number(index)}: {reason}.")
        else:
            found.setdefault(question, {}).update(dict.fromkeys(places))
    return _imported(found, problems, table.name)


def _imported(found: Mapping[str, Mapping[RelevantPlace, None]], problems: Sequence[str], name: str) -> Imported:
    if not found:
        first = f" {problems[0]}" if problems else ""
        raise WorkbenchError(
            f"{name} holds no question about a document of this collection.{first}",
            hint="Index the documents first, or choose the collection that holds them.",
            code="no_questions",
        )
    questions = (
        EvaluationQuestion(text=text, relevant=tuple(places), origin=Origin.IMPORTED) for text, places in found.items()
    )
    return Imported(tuple(questions), tuple(problems))


def _places(
    row: Mapping[str, object], columns: ColumnChoice, finder: DocumentFinder, pages: Mapping[str, Sequence[str]]
) -> list[RelevantPlace] | str:
    """The places that a row names, or why there is none."""
    wanted = list(_names(row.get(columns.source)))
    if not wanted:
        return "no document is named"
    documents = [finder.find(name) for name in wanted]
    if "" in documents:
        return f"there is no document {wanted[documents.index('')]!r} in the collection, or more than one"
    page = as_text(row.get(columns.page)).strip() if columns.page else ""
    quote = as_text(row.get(columns.quote)).strip() if columns.quote else ""
    if page and not page.removesuffix(".0").isdecimal():
        return f"{page!r} is no page number"
    number = int(page.removesuffix(".0")) if page else 0
    if not number and not quote:
        return [RelevantPlace(document=document) for document in documents]
    if len(documents) > 1:
        return "a page or a passage belongs to one document, and several are named"
    return _passage(documents[0], number, quote, pages.get(documents[0], ()))


def _passage(document: str, page: int, quote: str, texts: Sequence[str]) -> list[RelevantPlace] | str:
    if page > len(texts):
        return f"{document} has no page {page}"
    if page and not quote:
        text = texts[page - 1]
        return [RelevantPlace(document=document, page=page, start=0, end=len(text))] if text else "the page is empty"
    for number, text in enumerate(texts, 1):
        if page in (0, number) and (span := find_quote(text, quote)):
            return [RelevantPlace(document=document, page=number, start=span[0], end=span[1])]
    return f"the passage does not stand in {document}"


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Where a quotation stands; line breaks, spaces and case do not matter."""
    letters: list[str] = []
    offsets: list[int] = []
    for offset, letter in enumerate(text):
        for folded in " " if letter.isspace() else letter.casefold():
            if folded != " " or (letters and letters[-1] != " "):
                letters.append(folded)
                offsets.append(offset)
    wanted = " ".join(quote.casefold().split())
    begin = "".join(letters).find(wanted) if wanted else -1
    return (offsets[begin], offsets[begin + len(wanted) - 1] + 1) if begin >= 0 else None


def _names(value: object) -> Iterator[str]:
    """One name, several separated by semicolons, or a list."""
    if isinstance(value, str) and value.strip().startswith("["):
        with contextlib.suppress(UnusableError):
            names = parse_json(value)
            check_characters(value, names)
            value = names
    parts = value if isinstance(value, list) else as_text(value).split(";")
    yield from (name for part in parts if (name := as_text(part).strip()))


def import_beir(folder: Path, finder: DocumentFinder, *, split: str = "") -> Imported:
    """`queries.jsonl` with the judgements of `qrels/<split>.tsv` ("test", else the only one).

    Documents are meant by the collection's names: the id "42" is 42.txt. Raises WorkbenchError in words.
    """
    queries = read_queries(folder)
    found: dict[str, dict[RelevantPlace, None]] = {}
    missing = 0
    for query, document, grade in read_judgements(folder, split):
        if query not in queries or grade < 1:
            continue
        name = finder.find(document)
        if not name:
            missing += 1
            continue
        place = RelevantPlace(document=name, grade=min(grade, 100))
        found.setdefault(queries[query], {})[place] = None
    problems = [f"{missing} judged documents are not in this collection."] if missing else []
    return _imported(found, problems, folder.name)


def write_documents(folder: Path, out: Path) -> int:
    """The documents of a BEIR folder as one text file each, named after their ids, to be indexed. Returns how many.

    Raises WorkbenchError where `out` holds something already, or an id cannot be a file's name.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise WorkbenchError(f"{out} holds something already.", hint="Name a new folder.", code="not_empty")
    names: set[str] = set()
    out.mkdir(parents=True, exist_ok=True)
    for number, text in beir_documents(folder):
        name = re.sub(r"[^\w.-]", "_", number)[:150]
        if name.casefold() in names or not name.strip("."):
            raise WorkbenchError(f"The document {number!r} cannot be a file's name.", code="document_name")
        names.add(name.casefold())
        (out / f"{name}.txt").write_text(text, encoding="utf-8")
    return len(names)
