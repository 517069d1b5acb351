"""Questions out of whatever people have: tables, promptfoo, SQuAD, BEIR. The format is told by the content."""

import re
from pathlib import Path
from typing import Any

from workbench.datasets.bounded_yaml import load_yaml
from workbench.datasets.delimited import decode
from workbench.datasets.json_rows import MAX_DEPTH, UnusableError, check_characters, check_depth, parse_json
from workbench.datasets.questions import ColumnChoice, UnusableRowError, example_of, find_columns, require_columns
from workbench.datasets.readers import MAX_BYTES, read_table, require_file
from workbench.datasets.test_sets.beir_questions import read_beir
from workbench.datasets.test_sets.promptfoo_tests import EXPECTED, read_promptfoo, read_promptfoo_table
from workbench.datasets.test_sets.sieve import Sieve
from workbench.datasets.test_sets.squad import is_squad, read_squad
from workbench.datasets.test_sets.types import ImportedQuestions
from workbench.datasets.types import Table
from workbench.errors import WorkbenchError

_PASSAGES = ("passage", "quote", "quotation", "excerpt", "context")
_YAML = (".yaml", ".yml")
_LOOKED_AT = 4_000
_TESTS = re.compile(r"^\[\s*\{[^{}\[\]]*\"(?:vars|assert)\"\s*:")
"""A list whose first object has variables or assertions."""


def read_question_file(path: Path, columns: ColumnChoice | None = None, *, split: str = "") -> ImportedQuestions:
    """The questions of a file or of a BEIR folder; `columns` where a table's names do not tell, `split` of BEIR.

    Raises WorkbenchError when nothing can be used; its code is "no_column" where only the columns are not understood.
    """
    if path.is_dir() or path.name in ("queries.jsonl", "corpus.jsonl"):
        return read_beir(path if path.is_dir() else path.parent, split=split)
    suffix = path.suffix.casefold()
    if suffix in _YAML:
        require_file(path)
        return read_promptfoo(load_yaml(_text(path), path.name), path, columns)
    if suffix == ".json":
        document = _json(path)
        if isinstance(document, dict) and is_squad(document):
            return read_squad(document, path)
        if isinstance(document, list) or (isinstance(document, dict) and "tests" in document):
            return read_promptfoo(document, path, columns)
    return read_questions_of(read_table(path), path.stem, columns)


def read_questions_of(table: Table, name: str, chosen: ColumnChoice | None = None) -> ImportedQuestions:
    """The questions of a table. A table without answers but with sources is one for retrieval alone."""
    if any(column.casefold().startswith(EXPECTED) for column in table.columns):
        return read_promptfoo_table(table, name, chosen)
    columns = find_columns(table, chosen)
    require_columns(table, columns, "question")
    if not columns["sources"]:
        require_columns(table, columns, "answers")
    passages = [column for column in table.columns if column.strip().casefold() in _PASSAGES]
    sieve = Sieve(table.name, table.file_format.upper(), table.problems)
    for index, row in enumerate(table.rows):
        number = table.number(index)
        try:
            example = example_of(row, columns, number)
        except UnusableRowError as problem:
            sieve.refuse(number, str(problem))
            continue
        passage = next((text for column in passages if isinstance(text := row.get(column), str)), "")
        sieve.take(number, example, passage=passage, document=example.sources[0] if passage and example.sources else "")
    return sieve.imported(name)


def _text(path: Path) -> str:
    try:
        return decode(path.read_bytes())[0].removeprefix("\ufeff")
    except OSError as error:
        raise WorkbenchError(
            f"{path.name} cannot be read: {error.strerror or error}.", hint="Check its permissions.", code="unreadable"
        ) from error


def _json(path: Path) -> Any:
    """The value of a JSON file that is one object, or a list of promptfoo's tests; None for what `read_table` reads."""
    if require_file(path) > MAX_BYTES:
        return None
    text = _text(path)
    start = text[:_LOOKED_AT].lstrip()
    if not start.startswith("{") and not (start.startswith("[") and _TESTS.search(start)):
        return None
    try:
        check_depth(text, MAX_DEPTH)
        document = parse_json(text)
    except UnusableError:
        return None
    try:
        check_characters(text, document)
    except UnusableError as problem:
        raise WorkbenchError(
            f"{path.name} cannot be read: {problem}", hint="Check where the file was exported from.", code="bad_json"
        ) from problem
    return document
