"""Tests of promptfoo become questions with right answers; what cannot be said here is refused with its reason."""

from pathlib import Path

import pytest

from workbench.datasets.test_sets.reading import read_question_file
from workbench.datasets.test_sets.types import ImportedQuestions
from workbench.errors import WorkbenchError


def read(folder: Path, text: str, name: str = "promptfooconfig.yaml") -> ImportedQuestions:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_question_file(path)


def one(asserts: str) -> str:
    return f"tests:\n  - vars: {{question: Q, name: Ann}}\n    assert: [{asserts}]\n"


@pytest.mark.parametrize(
    ("asserts", "answers", "metric"),
    [
        ("{type: equals, value: Paris}", ("Paris",), "exact_match"),
        ("{type: contains-any, value: [yes, No, on]}", ("yes", "No", "on"), "contains"),
        ("{type: equals, value: 8:30}", ("8:30",), "exact_match"),
        ("{type: equals, value: 007}", ("007",), "exact_match"),
        ("{type: equals, value: true}", ("true",), "exact_match"),
        ("{type: equals, value: {a: 1}}", ('{"a": 1}',), "json_fields"),
        ("{type: equals, value: 42}", ("42",), "exact_match"),
        ("{type: icontains, value: 'hello {{name}}'}", ("hello Ann",), "contains"),
        ("{type: contains-any, value: [a, b]}", ("a", "b"), "contains"),
        ("{type: contains-any, value: 'a, b'}", ("a", "b"), "contains"),
        ("{type: contains-all, value: [a]}", ("a",), "contains"),
        (r"{type: regex, value: '\d+'}", (r"\d+",), "regex"),
        ("{type: starts-with, value: A.}", (r"^\s*A\.",), "regex"),
        ("{type: rouge-n, value: a summary}", ("a summary",), "rouge_l"),
        ("{type: equals, value: Paris}, {type: latency, threshold: 100}", ("Paris",), "exact_match"),
        ("{type: equals, value: Paris}, {type: equals, value: Paris}", ("Paris",), "exact_match"),
        ("{type: assert-set, assert: [{type: contains, value: a}]}", ("a",), "contains"),
        ("{type: is-refusal}", (), ""),
    ],
)
def test_that_assertions_become_answers_and_a_score(
    asserts: str, answers: tuple[str, ...], metric: str, tmp_path: Path
) -> None:
    found = read(tmp_path, one(asserts))
    [question] = found.questions
    assert (question.answers, question.answers_unknown, found.metric) == (answers, False, metric)
    assert question.variables == {"name": "Ann"}


def test_that_json_as_a_form_needs_no_answer(tmp_path: Path) -> None:
    found = read(tmp_path, one("{type: is-json}"))
    assert found.questions[0].answers_unknown
    assert found.metric == "json_valid"


@pytest.mark.parametrize(
    ("asserts", "reason"),
    [
        ("{type: contains, value: a}, {type: contains, value: b}", "it wants 2 things at once (contains)"),
        ("{type: contains-all, value: [a, b]}", "it wants 2 things at once (contains-all)"),
        ("{type: javascript, value: 'output.length'}", "“javascript” is a program; nothing of a file is run here"),
        ("{type: not-contains, value: a}", "“not-contains” says what is wrong, not what is right"),
        ("{type: llm-rubric, value: polite}", "“llm-rubric” describes the answer, it does not give one"),
        ("{type: equals, value: '{{other}}'}", "refers to “other”, which is no variable"),
        ("{type: latency, threshold: 100}", "it does not say which answer is right"),
        ("", "it does not say which answer is right"),
    ],
)
def test_that_a_test_that_says_something_else_is_named(asserts: str, reason: str, tmp_path: Path) -> None:
    good = "  - vars: {question: Other}\n    assert: [{type: equals, value: x}]\n"
    found = read(tmp_path, one(asserts) + good)
    assert [question.question for question in found.questions] == ["Other"]
    assert reason in str(found.problems[0]) and found.problems[0].row == 1


def test_that_the_default_test_counts_for_every_test(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "defaultTest:\n  vars: {tone: kind}\n  metadata: {category: capitals}\n  assert: [{type: cost, threshold: 1}]\n"
        "tests:\n  - vars: {city: Paris}\n    description: easy\n    assert: [{type: contains, value: France}]\n"
        "  - {vars: {city: Rome, tone: rude}, assert: [{type: contains, value: Italy}]}\n"
        "prompts: ['Where is {{city}}? Be {{tone}}.']\n".replace("city", "question"),
    )
    first, second = found.questions
    assert (first.variables, first.tags, first.remark) == ({"tone": "kind"}, ("capitals",), "easy")
    assert second.variables == {"tone": "rude"}


def test_that_a_list_of_values_is_one_question_each(tmp_path: Path) -> None:
    found = read(tmp_path, "tests:\n  - vars: {question: [A?, B?]}\n    assert: [{type: equals, value: x}]\n")
    assert [(question.question, question.id) for question in found.questions] == [("A?", "1"), ("B?", "1 2")]


def test_that_the_question_is_the_only_variable_or_one_of_a_known_name(tmp_path: Path) -> None:
    found = read(tmp_path, "tests:\n  - vars: {frage: Wo?}\n    assert: [{type: equals, value: da}]\n")
    assert found.questions[0].question == "Wo?"
    two = "tests:\n  - vars: {a: Wo?, b: Wer?}\n    assert: [{type: equals, value: da}]\n"
    with pytest.raises(WorkbenchError, match="no column for the question"):
        read(tmp_path, two)


def test_that_patterns_and_words_become_patterns(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "tests:\n  - {vars: {question: A}, assert: [{type: regex, value: 'a+'}]}\n"
        "  - {vars: {question: B}, assert: [{type: equals, value: '1.5'}]}\n"
        "  - {vars: {question: C}, assert: [{type: contains, value: '(x)'}]}\n",
    )
    assert [question.answers[0] for question in found.questions] == ["a+", r"^\s*1\.5\s*$", r"\(x\)"]
    assert found.metric == "regex"
    assert any("became patterns" in note for note in found.notes)


def test_that_metadata_of_a_table_become_tags_and_sources(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        'question,__expected,__metadata:tags[],__metadata:source\nQ?,Paris,"geo, easy",map.pdf\nR?,Rome,,\n',
        encoding="utf-8",
    )
    for found in (read_question_file(tmp_path / "cases.csv"), read(tmp_path, "tests: file://cases.csv\n")):
        assert [(question.tags, question.sources) for question in found.questions] == [
            (("geo", "easy"), ("map.pdf",)),
            ((), ()),
        ]


def test_that_tests_in_a_file_beside_are_read_and_one_elsewhere_is_not(tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text(
        "question,__expected,__expected2\nCapital of France?,contains: Paris,\nOne and one?,2,latency: 5\n"
        "Bye?,javascript: output,\n",
        encoding="utf-8",
    )
    found = read(tmp_path, "tests: file://cases.csv\n")
    assert [question.answers for question in found.questions] == [("Paris",), ("2",)]
    assert [str(problem) for problem in found.problems] == [
        "row 3: “javascript” is a program; nothing of a file is run here"
    ]
    direct = read_question_file(tmp_path / "cases.csv")
    assert [question.answers for question in direct.questions] == [("Paris",), ("2",)]
    (tmp_path / "inner").mkdir()
    with pytest.raises(WorkbenchError, match="outside of the configuration's folder"):
        read(tmp_path / "inner", "tests: ../cases.csv\n")
    with pytest.raises(WorkbenchError, match="is a program or no file of tests"):
        read(tmp_path, "tests: file://make.py\n")
    with pytest.raises(WorkbenchError, match="cannot be read"):
        read(tmp_path, "tests: file://gone.yaml\n")


def test_that_a_variable_may_be_a_text_beside(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir,\n", encoding="utf-8")
    variables = "{question: Who is it to?, letter: file://letter.txt}"
    text = f"tests:\n  - vars: {variables}\n    assert: [{{type: equals, value: Sir}}]\n"
    assert read(tmp_path, text).questions[0].variables == {"letter": "Dear Sir,"}


def test_that_json_configurations_are_read_and_others_explained(tmp_path: Path) -> None:
    found = read(
        tmp_path, '{"tests": [{"vars": {"question": "A"}, "assert": [{"type": "equals", "value": "b"}]}]}', "c.json"
    )
    assert found.questions[0].answers == ("b",)
    tests = '[{"description": "d", "vars": {"question": "A"}, "assert": [{"type": "equals", "value": "b"}]}]'
    [listed] = read(tmp_path, tests, "tests.json").questions
    assert (listed.question, listed.answers, listed.remark) == ("A", ("b",), "d")
    with pytest.raises(WorkbenchError, match="has no “tests”"):
        read(tmp_path, "prompts: [hello]\n")
    with pytest.raises(WorkbenchError, match="no valid YAML"):
        read(tmp_path, "tests: [\n")
