"""Questions out of the files that people have: what becomes of a row, and what is said of one that cannot be used."""

import json
from pathlib import Path

import pytest

from workbench.datasets.questions import ColumnChoice
from workbench.datasets.test_sets import sieve
from workbench.datasets.test_sets.reading import read_question_file
from workbench.datasets.test_sets.types import ImportedQuestions, Origin
from workbench.errors import WorkbenchError


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def problems(found: ImportedQuestions) -> list[str]:
    return [str(problem) for problem in found.problems]


# -- tables -----------------------------------------------------------------------------------------------------------


def test_that_rows_know_their_file_and_row(tmp_path: Path) -> None:
    found = read_question_file(write(tmp_path, "q.csv", "question,answer,tag\nHow long?,3 years,time\n"))
    [question] = found.questions
    assert (question.id, question.answers, question.tags) == ("2", ("3 years",), ("time",))
    assert question.origin is Origin.IMPORTED
    assert question.where.in_words() == "q.csv, row 2"
    assert (found.name, found.file_format) == ("q", "CSV")


def test_that_unknown_columns_are_asked_for_and_a_choice_is_followed(tmp_path: Path) -> None:
    path = write(tmp_path, "banking.csv", "customer says,intent\nWhere is my card?,card_arrival\nTop up?,top_up\n")
    with pytest.raises(WorkbenchError, match="no column for the question") as caught:
        read_question_file(path)
    assert caught.value.code == "no_column"
    found = read_question_file(path, ColumnChoice(question="customer says", answers="intent"))
    assert [(q.question, q.answers) for q in found.questions] == [
        ("Where is my card?", ("card_arrival",)),
        ("Top up?", ("top_up",)),
    ]
    assert "intent" not in found.questions[0].variables


def test_that_a_column_with_two_meanings_has_the_chosen_one(tmp_path: Path) -> None:
    path = write(tmp_path, "q.csv", "text,category\nWhere is my card?,card_arrival\n")
    [question] = read_question_file(path, ColumnChoice(answers="category")).questions
    assert (question.answers, question.tags) == (("card_arrival",), ())


def test_that_a_choice_of_a_column_that_is_gone_is_explained(tmp_path: Path) -> None:
    path = write(tmp_path, "q.csv", "question,answer\nHow long?,3 years\n")
    with pytest.raises(WorkbenchError, match="no column 'reply'"):
        read_question_file(path, ColumnChoice(answers="reply"))


def test_that_sources_without_answers_are_for_retrieval_and_it_is_said(tmp_path: Path) -> None:
    found = read_question_file(write(tmp_path, "q.csv", "question,source\nHow long?,warranty.pdf\nHow loud?,\n"))
    [question] = found.questions
    assert question.answers_unknown and not question.is_unanswerable
    assert question.example().is_answerable
    assert "only what retrieval finds" in found.notes[0]
    assert problems(found) == ["row 3: it has neither an answer nor a source"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"question": "How much?", "answer": "x" * 10_000_000}, "an answer has 10,000,000 characters; at most 20,000"),
        ({"question": "Q" * 100_001, "answer": "x"}, "the question has 100,001 characters"),
        ({"question": " How  LONG? ", "answer": "4 years"}, "it asks the same as row 1"),
        ({"question": "How loud?", "answer": "9", "id": "a"}, "the id 'a' is used twice (row 1 has it)"),
        ({"question": "How loud?", "answer": ""}, "the answer is empty"),
        ({"question": "", "answer": "9"}, "the question is empty"),
    ],
)
def test_that_a_row_that_cannot_be_used_is_named_with_its_reason(
    row: dict[str, str], reason: str, tmp_path: Path
) -> None:
    first = {"id": "a", "question": "How long?", "answer": "3 years"}
    path = write(tmp_path, "q.jsonl", "\n".join(json.dumps(one) for one in (first, {"id": "b", **row})))
    found = read_question_file(path)
    assert [question.question for question in found.questions] == ["How long?"]
    assert len(found.problems) == 1
    assert problems(found)[0].startswith("row 2: ") and reason in problems(found)[0]


def test_that_the_same_words_about_another_text_are_another_question(tmp_path: Path) -> None:
    path = write(tmp_path, "q.csv", "question,answer,text\nSummarise it.,A.,Text one\nSummarise it.,B.,Text two\n")
    assert len(read_question_file(path).questions) == 2


def test_that_ragged_rows_are_named_and_the_rest_is_used(tmp_path: Path) -> None:
    path = write(tmp_path, "q.csv", "question,answer\nHow long?,3 years\nHow much?,5,extra,more\nHow big?,2 m\n")
    found = read_question_file(path)
    assert [question.question for question in found.questions] == ["How long?", "How big?"]
    assert problems(found)[0].startswith("row 3: ")


def test_that_another_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_bytes("question,answer\nWie heißt er?,Jörg\n".encode("cp1252"))
    assert read_question_file(path).questions[0].answers == ("Jörg",)
    path.write_bytes("question,answer\nWie heißt er?,Jörg\n".encode("utf-16"))
    assert read_question_file(path).questions[0].answers == ("Jörg",)


def test_that_a_file_where_all_answers_are_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"no question that can be used.*row 2: the answer is empty"):
        read_question_file(write(tmp_path, "q.csv", "question,answer\nHow long?,\nHow much?,\n"))


def test_that_of_more_questions_than_fit_a_fixed_sample_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sieve, "MOST_QUESTIONS", 10)
    path = write(tmp_path, "q.csv", "question,answer\n" + "".join(f"What is {n}?,{n}\n" for n in range(40)))
    first, again = read_question_file(path), read_question_file(path)
    assert len(first.questions) == 10
    assert first.questions == again.questions
    rows = [question.where.row for question in first.questions]
    assert rows == sorted(rows) and rows != list(range(2, 12))
    assert "A fixed sample of 10 was taken" in first.notes[0]


# -- SQuAD ------------------------------------------------------------------------------------------------------------


def squad(folder: Path, version: str, *asked: dict[str, object]) -> Path:
    paragraph = {"context": "The Normans came to Normandy in the 10th century.", "qas": list(asked)}
    document = {"version": version, "data": [{"title": "Normans", "paragraphs": [paragraph]}]}
    return write(folder, "dev.json", json.dumps(document))


def test_that_squad_questions_have_answers_context_and_source(tmp_path: Path) -> None:
    answers = [{"text": "10th century", "answer_start": 0}, {"text": "10th century", "answer_start": 0}]
    found = read_question_file(
        squad(tmp_path, "1.1", {"id": "x1", "question": "When did they come?", "answers": answers})
    )
    [question] = found.questions
    assert (question.id, question.answers, question.sources) == ("x1", ("10th century",), ("Normans",))
    assert question.variables["context"].startswith("The Normans")
    assert found.file_format == "SQuAD 1.1"


def test_that_what_squad_calls_impossible_wants_to_be_refused(tmp_path: Path) -> None:
    plausible = [{"text": "Normandy", "answer_start": 0}]
    asked = {"id": "x2", "question": "Who left?", "is_impossible": True, "answers": [], "plausible_answers": plausible}
    found = read_question_file(squad(tmp_path, "v2.0", asked, {"id": "x3", "question": "Where?", "answers": []}))
    [question] = found.questions
    assert question.is_unanswerable
    assert found.file_format == "SQuAD 2.0"
    assert problems(found) == ["row 2: it has no answer and does not say that it is impossible"]


# Files in the shape of the published ones: key order, ids, several annotators, spaces, letters beyond ASCII as escapes.
SQUAD_FILES = Path(__file__).parents[3] / "data" / "test_sets"


def test_that_a_file_in_the_shape_of_squad_1_is_read_whole() -> None:
    found = read_question_file(SQUAD_FILES / "squad-1.1.json")
    assert (found.file_format, len(found.questions), problems(found)) == ("SQuAD 1.1", 6, [])
    first, makers, *_, last = found.questions
    assert (first.id, first.answers, first.sources) == ("56be4db0acb8001400a502ec", ("Hamburg",), ("Alder_kettle",))
    assert makers.answers == (
        "Anton and Emil Brandt",
        "the brothers Anton and Emil Brandt",
        "brothers Anton and Emil Brandt",
    )
    assert (last.question, last.sources) == ("What is the jug made of?", ("Maple_blender",))
    assert last.variables["context"].startswith("Übergrößen: the „Maple“ blender –")
    assert not any(question.is_unanswerable for question in found.questions)


def test_that_of_squad_2_the_impossible_ones_are_to_be_refused_whatever_is_plausible() -> None:
    found = read_question_file(SQUAD_FILES / "squad-2.0.json")
    assert (found.file_format, problems(found)) == ("SQuAD 2.0", [])
    assert [question.is_unanswerable for question in found.questions] == [False, True, False, True, True]
    assert [question.answers for question in found.questions] == [
        ("Hamburg", "in Hamburg"), (), ("three years", "for three years"), (), (),
    ]  # fmt: skip
    assert all(question.variables["context"] for question in found.questions)


# -- BEIR -------------------------------------------------------------------------------------------------------------


def test_that_a_beir_folder_gives_questions_with_sources_only(tmp_path: Path) -> None:
    write(tmp_path, "queries.jsonl", "\n".join(json.dumps({"_id": n, "text": f"Query {n}"}) for n in "123"))
    (tmp_path / "qrels").mkdir()
    write(tmp_path / "qrels", "test.tsv", "query-id\tcorpus-id\tscore\n1\t17\t1\n1\t46\t2\n2\t9\t0\n8\t9\t1\n")
    found = read_question_file(tmp_path)
    [question] = found.questions
    assert (question.id, question.sources, question.answers_unknown) == ("1", ("17", "46"), True)
    assert problems(found) == [
        "row 2: no document is judged to answer the query '2'",
        "row 3: no document is judged to answer the query '3'",
    ]
    assert "1 judged queries are not in queries.jsonl" in found.notes[0]
    assert "No question says what the right answer is: only what retrieval finds" in found.notes[1]
    assert read_question_file(tmp_path / "queries.jsonl").questions == found.questions


def test_that_a_folder_that_is_no_test_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="not a test collection"):
        read_question_file(tmp_path)
