"""The tests of a promptfoo configuration: variables become question and variables, assertions become answers.

Nothing of such a file is run. Files that it names are read as text, where they lie beside it or below.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Any

from workbench.datasets.beside import path_beside
from workbench.datasets.bounded_yaml import load_yaml
from workbench.datasets.delimited import decode
from workbench.datasets.mapping import as_text
from workbench.datasets.questions import ColumnChoice, find_columns, require_columns
from workbench.datasets.readers import read_table
from workbench.datasets.test_sets.promptfoo_asserts import UnusableTestError, Wanted, assertion_of, settle, wanted_of
from workbench.datasets.test_sets.sieve import Sieve
from workbench.datasets.test_sets.types import LONGEST_QUESTION, ImportedQuestions
from workbench.datasets.types import Example, Table
from workbench.errors import WorkbenchError

EXPECTED = "__expected"
"""How promptfoo calls the columns of a table that hold assertions."""
_METADATA = "__metadata:"
_TABLES = (".csv", ".tsv", ".xlsx", ".jsonl")
_TEXTS = (".txt", ".md", ".json", ".yaml", ".yml")
_TOP_KEY = re.compile(r"^[\"']?(\w+)[\"']?\s*:")
_MOST_COMBINATIONS = 1_000
"""A variable with a list of values stands for one test each."""


@dataclass(frozen=True, slots=True)
class _Test:
    number: int
    variables: dict[str, str]
    asserts: tuple[Any, ...]
    metadata: Mapping[str, Any]
    remark: str


def read_promptfoo(document: Any, path: Path, chosen: ColumnChoice | None = None) -> ImportedQuestions:
    """The tests of a configuration, or of a file that is a list of tests. WorkbenchError when none can be used."""
    config = document if isinstance(document, dict) else {"tests": document}
    if not config.get("tests"):
        raise WorkbenchError(
            f"{path.name} has no “tests”.",
            hint="Choose a promptfoo configuration with tests, a table, SQuAD, or a BEIR folder.",
            code="no_questions",
        )
    sieve = Sieve(path.name, "promptfoo")
    default = _mapping(config, "defaultTest")
    if config.get("scenarios"):
        sieve.note(f"“scenarios” of {path.name} are not read.")
    entries = list(_entries(config["tests"], path.parent, path.name))
    tests = [test for number, entry in enumerate(entries, 1) for test in _tests(sieve, number, entry, default, path)]
    return _imported(sieve, tests, path.name, path.stem, chosen)


def looks_like_promptfoo(path: Path) -> bool:
    """Whether a YAML file is a configuration with tests and not a comparison; False where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            keys = {found[1] for line in file if (found := _TOP_KEY.match(line))}
    except OSError:
        return False
    return "arms" not in keys and bool(keys & {"tests", "defaultTest", "scenarios"})


def read_promptfoo_table(table: Table, name: str, chosen: ColumnChoice | None = None) -> ImportedQuestions:
    """A table whose columns `__expected...` hold assertions; the others are variables."""
    sieve = Sieve(table.name, "promptfoo", table.problems)
    tests = [
        _Test(table.number(index), *_row_parts(row), remark=as_text(row.get("__description")))
        for index, row in enumerate(table.rows)
    ]
    return _imported(sieve, tests, table.name, name, chosen)


def _row_parts(row: Mapping[str, object]) -> tuple[dict[str, str], tuple[Any, ...], dict[str, Any]]:
    """Variables, assertions and metadata (`__metadata:NAME`, with `[]` behind it several, apart by commas)."""
    variables = {name: as_text(value) for name, value in row.items() if not name.startswith("__")}
    cells = (as_text(value).strip() for name, value in row.items() if name.casefold().startswith(EXPECTED))
    metadata = {
        name.removeprefix(_METADATA).removesuffix("[]"): value.split(",") if name.endswith("[]") else value
        for name, cell in row.items()
        if name.startswith(_METADATA) and (value := as_text(cell).strip())
    }
    return variables, tuple(assertion_of(cell) for cell in cells if cell), metadata


def _entries(tests: Any, folder: Path, what: str) -> Iterator[Any]:
    """Tests as they are written down, those of named files too."""
    for entry in tests if isinstance(tests, list) else [tests]:
        if not isinstance(entry, str):
            yield entry
            continue
        path = path_beside(entry, folder, what)
        if path.suffix.casefold() in _TABLES:
            for row in read_table(path).rows:
                variables, asserts, metadata = _row_parts(row)
                remark = as_text(row.get("__description"))
                yield {"vars": variables, "assert": list(asserts), "metadata": metadata, "description": remark}
        elif path.suffix.casefold() in (".yaml", ".yml", ".json"):
            found = load_yaml(_read_tests(path), path.name)
            yield from found if isinstance(found, list) else [found]
        else:
            raise WorkbenchError(
                f"{what} takes its tests from {entry}, which is a program or no file of tests.",
                hint="Nothing of a file is run here: write the tests as YAML, JSON or CSV.",
                code="no_questions",
            )


def _read_tests(path: Path) -> str:
    try:
        return _read_text(path)
    except UnusableTestError as problem:
        raise WorkbenchError(
            f"The tests cannot be read: {problem}.", hint="Check the name in the configuration.", code="no_file"
        ) from problem


def _tests(sieve: Sieve, number: int, entry: Any, default: Mapping[str, Any], path: Path) -> Iterator[_Test]:
    if not isinstance(entry, dict):
        sieve.refuse(number, "it is no test")
        return
    try:
        values = {**_mapping(default, "vars"), **_mapping(entry, "vars")}
        asserts = (*_list(default, "assert"), *_list(entry, "assert"))
        for variables in _combinations(values, path):
            metadata = {**_mapping(default, "metadata"), **_mapping(entry, "metadata")}
            yield _Test(number, variables, asserts, metadata, as_text(entry.get("description")))
    except UnusableTestError as problem:
        sieve.refuse(number, str(problem))


def _combinations(values: Mapping[str, Any], path: Path) -> Iterator[dict[str, str]]:
    lists = [value if isinstance(value, list) else [value] for value in values.values()]
    for chosen in islice(product(*lists), _MOST_COMBINATIONS):
        yield {str(name): _value(value, path) for name, value in zip(values, chosen, strict=True)}


def _value(value: Any, path: Path) -> str:
    text = as_text(value)
    if not text.startswith("file://"):
        return text
    named = path_beside(text, path.parent, path.name)
    if named.suffix.casefold() not in _TEXTS:
        raise UnusableTestError(f"its variable names {text}, which is no text")
    return _read_text(named).strip()


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > 10 * LONGEST_QUESTION:
            raise UnusableTestError(f"{path.name} is too long for the text of a question")
        return decode(path.read_bytes())[0].removeprefix("\ufeff")
    except OSError as error:
        raise UnusableTestError(f"the file {path.name} cannot be read ({error.strerror or error})") from error


def _imported(
    sieve: Sieve, tests: Sequence[_Test], file: str, name: str, chosen: ColumnChoice | None
) -> ImportedQuestions:
    usable: list[tuple[_Test, Wanted]] = []
    for test in tests:
        try:
            usable.append((test, wanted_of(test.asserts, test.variables)))
        except UnusableTestError as problem:
            sieve.refuse(test.number, str(problem))
    wanted, metric, note = settle([one for _, one in usable])
    asks = _question_of(tests, file, chosen) if usable else ""
    for (test, _), wants in zip(usable, wanted, strict=True):
        sieve.take(
            test.number,
            _example(test, wants, asks),
            remark=test.remark,
            is_about_form=wants.is_unknown,
        )
    if metric:
        sieve.note(f"Its tests are meant to be scored with “{metric}”.")
    if note:
        sieve.note(note)
    return sieve.imported(name, metric=metric)


def _question_of(tests: Sequence[_Test], file: str, chosen: ColumnChoice | None) -> str:
    """The variable that is the question: the chosen one, one of the known names, or the only one."""
    names = tuple(dict.fromkeys(name for test in tests for name in test.variables))
    if len(names) == 1 and (chosen is None or not chosen.question):
        return names[0]
    table = Table(columns=names, rows=(), name=file)
    columns = find_columns(table, ColumnChoice(question=chosen.question) if chosen else None)
    require_columns(table, columns, "question")
    return columns["question"][0]


def _example(test: _Test, wants: Wanted, asks: str) -> Example:
    metadata = test.metadata
    found = next((value for key in ("tags", "tag", "category") if (value := metadata.get(key))), ())
    sources = next((value for key in ("sources", "source", "document") if (value := metadata.get(key))), ())
    return Example(
        id=as_text(metadata.get("id")).strip(),
        question=test.variables.get(asks, "").strip(),
        answers=wants.answers,
        answers_unknown=wants.is_unknown,
        sources=_texts(sources),
        tags=_texts(found),
        variables={name: text for name, text in test.variables.items() if name != "question"},
    )


def _texts(value: Any) -> tuple[str, ...]:
    parts = value if isinstance(value, list | tuple) else [value]
    return tuple(text for part in parts if (text := as_text(part).strip()))


def _mapping(owner: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = owner.get(key)
    return {str(name): inner for name, inner in value.items()} if isinstance(value, dict) else {}


def _list(owner: Mapping[str, Any], key: str) -> list[Any]:
    value = owner.get(key)
    return value if isinstance(value, list) else []
