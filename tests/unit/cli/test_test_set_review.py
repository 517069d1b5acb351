"""Looking through the questions that wait at a terminal."""

import io

import pytest

from workbench.cli import main
from workbench.database import Database
from workbench.datasets.test_sets.store import TestSetStore
from workbench.datasets.test_sets.types import Origin, Review, SetQuestion


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("last", ["q\n", ""])
def test_that_questions_are_looked_through_one_by_one_until_the_input_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], last: str
) -> None:
    sets = TestSetStore(database)
    written = [
        SetQuestion(question=f"Question {n}?", answers=("a",), origin=Origin.GENERATED, review=Review.WAITING)
        for n in range(4)
    ]
    sets.add("all", written)
    monkeypatch.setattr("sys.stdin", Terminal(f"a\nwhat\nR\ns\n{last}"))
    assert main(["testsets", "review", "all"]) == 0
    said = capsys.readouterr().out
    assert "4 of 4" in said and "Question 3?" in said
    found = [question.review for question in sets.questions("all")]
    assert found == [Review.ACCEPTED, Review.REJECTED, Review.WAITING, Review.WAITING]
