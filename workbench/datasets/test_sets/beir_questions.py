"""A BEIR folder as a test set: questions with the documents that answer them, but without answers."""

from pathlib import Path

from workbench.datasets.beir import is_beir, no_beir, read_judgements, read_queries
from workbench.datasets.test_sets.sieve import Sieve
from workbench.datasets.test_sets.types import ImportedQuestions
from workbench.datasets.types import Example


def read_beir(folder: Path, *, split: str = "") -> ImportedQuestions:
    """The judged queries of `qrels/<split>.tsv` with all documents of grade 1 or more as sources.

    Raises WorkbenchError where it is no such folder.
    """
    if not is_beir(folder):
        raise no_beir(folder)
    queries = read_queries(folder)
    rows = {query: row for row, query in enumerate(queries, 1)}
    sources: dict[str, dict[str, None]] = {}
    sieve = Sieve(folder.name, "BEIR")
    unknown: dict[str, None] = {}
    for query, document, grade in read_judgements(folder, split):
        if query not in queries:
            unknown[query] = None
        elif grade >= 1:
            sources.setdefault(query, {})[document] = None
    for query, text in queries.items():
        if query in sources:
            found = tuple(sources[query])
            sieve.take(rows[query], Example(id=query, question=text, answers_unknown=True, sources=found))
        else:
            sieve.refuse(rows[query], f"no document is judged to answer the query {query!r}")
    if unknown:
        sieve.note(f"{len(unknown):,} judged queries are not in queries.jsonl, the first: {next(iter(unknown))!r}.")
    return sieve.imported(folder.name)
