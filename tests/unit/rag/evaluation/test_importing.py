"""Test sets from files."""

import json
from pathlib import Path

import pytest

from workbench.datasets.beir import beir_documents
from workbench.datasets.test_sets.types import Origin
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.importing import (
    ColumnChoice,
    DocumentFinder,
    find_quote,
    guess_columns,
    import_beir,
    import_table,
    read_rows,
)
from workbench.rag.evaluation.types import RelevantPlace

FINDER = DocumentFinder(["docs/prices.pdf", "docs/staff.md", "old/staff.md", "42.txt"])
PAGES = {"docs/prices.pdf": ["The Maple  toaster\ncosts 39 euros.", "Nothing here."]}


def write_csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_that_documents_are_found_by_the_names_that_people_use() -> None:
    for name in ("docs/prices.pdf", "prices.pdf", "prices", "PRICES.PDF", "elsewhere/prices.pdf"):
        assert FINDER.find(name) == "docs/prices.pdf"
    assert FINDER.find("42") == "42.txt"
    assert FINDER.find("docs/staff.md") == "docs/staff.md"
    assert FINDER.find("staff.md") == "" and FINDER.find("nothing.md") == ""


def test_that_rows_become_questions_with_whole_documents_pages_and_passages(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "q.csv",
        "Question,Source,Page,Quote\n"
        "What does it cost?,prices.pdf,1,the maple toaster costs\n"
        "What does it cost?,prices,2,\n"
        "Who works here?,docs/staff.md,,\n"
        "Who?,staff.md,,\n"
        "What?,prices.pdf,,never written\n"
        "What?,prices.pdf,9,\n"
        ",prices.pdf,1,\n",
    )
    table = read_rows(path)
    columns = guess_columns(table.columns)
    assert columns == ColumnChoice("Question", "Source", "Page", "Quote")
    found = import_table(table, columns, FINDER, PAGES)
    first, second = found.questions
    assert first.relevant == (
        RelevantPlace(document="docs/prices.pdf", page=1, start=0, end=24),
        RelevantPlace(document="docs/prices.pdf", page=2, start=0, end=13),
    )
    assert second.relevant == (RelevantPlace(document="docs/staff.md"),)
    assert {q.origin for q in found.questions} == {Origin.IMPORTED}
    assert [problem.partition(":")[0] for problem in found.problems] == ["Row 5", "Row 6", "Row 7", "Row 8"]
    assert "does not stand in docs/prices.pdf" in found.problems[1] and "no page 9" in found.problems[2]


def test_that_a_file_of_strangers_is_refused_with_its_first_reason(tmp_path: Path) -> None:
    table = read_rows(write_csv(tmp_path / "q.csv", "question,source\nWho?,elsewhere.pdf\n"))
    with pytest.raises(WorkbenchError, match=r"elsewhere\.pdf"):
        import_table(table, guess_columns(table.columns), FINDER)
    with pytest.raises(WorkbenchError, match="needs a column"):
        import_table(table, ColumnChoice("question", "nope"), FINDER)


def test_that_quotations_are_found_across_line_breaks() -> None:
    text = "A\n\n\tB  cÉ d"
    assert find_quote(text, "b cé") == (4, 9) and text[4:9] == "B  cÉ"
    assert find_quote(text, "a b") == (0, 5)
    assert find_quote(text, "zz") is None and find_quote(text, " ") is None


def write_beir(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    documents = [{"_id": "42", "title": "T", "text": "body"}, {"_id": "43", "title": "", "text": ""}]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in documents), encoding="utf-8")
    queries = [{"_id": "q1", "text": "What is\n42?"}, {"_id": "q2", "text": "And 99?"}]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in queries), encoding="utf-8")
    (folder / "qrels/test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\t42\t2\nq1\t43\t0\nq2\t99\t1\n", encoding="utf-8"
    )
    return folder


def test_that_a_beir_folder_is_read_with_its_grades(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "beir")
    found = import_beir(folder, FINDER)
    (only,) = found.questions
    assert (only.text, only.relevant) == ("What is 42?", (RelevantPlace(document="42.txt", grade=2),))
    assert found.problems == ("1 judged documents are not in this collection.",)
    assert list(beir_documents(folder)) == [("42", "T\n\nbody")]


@pytest.mark.parametrize("damage", ["queries.jsonl", "qrels/test.tsv"])
def test_that_a_broken_beir_folder_is_refused_in_a_sentence(tmp_path: Path, damage: str) -> None:
    folder = write_beir(tmp_path / "beir")
    (folder / damage).write_text("not that\nnor that\n", encoding="utf-8")
    with pytest.raises(WorkbenchError, match="BEIR layout"):
        import_beir(folder, FINDER)


def test_that_half_a_character_in_a_beir_folder_is_named_with_its_line(tmp_path: Path) -> None:
    folder = write_beir(tmp_path / "beir")
    (folder / "queries.jsonl").write_text('{"_id": "1", "text": "\\ud800"}\n', encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"Line 1 of queries\.jsonl cannot be read: It holds"):
        import_beir(folder, DocumentFinder([]))
