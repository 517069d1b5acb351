"""What a search has done so far, in its folder. A continued search asks again only what is not there.

The search is deterministic: with the same answers it takes the same decisions. So it is continued by running it again
from the beginning, and every answer that was given is taken from here instead of from the model, with the time at which
it was given: a limit of time counts the work, not the idle hours in between.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from workbench.boundary import Boundary
from workbench.datasets.types import Example
from workbench.jobs.journal_file import append_record, read_records, write_whole
from workbench.playground.search.scoring_table import Pair
from workbench.playground.search.types import SearchReport

ANSWERS = "answers.jsonl"
WRITINGS = "writings.jsonl"
REPORT = "report.json"
QUESTIONS = "questions.jsonl"
"""What was asked, as JSON lines of `Example`: whoever tests the found prompt must know what it was chosen on."""
Kept = TypeVar("Kept", "AnswerRecord", "WritingRecord")


class AnswerRecord(Boundary):
    """What a candidate answered to a question."""

    candidate: str
    question: str
    model_hash: str
    """What answered; a model that was changed since has to answer again."""
    text: str = ""
    problem: str = ""
    """Why there is no answer, where that lies with the candidate."""
    prompt_tokens: int = 0
    generated_tokens: int = 0
    cost: float | None = None
    at: float = 0.0
    """Seconds of work since the search began."""


class WritingRecord(Boundary):
    """What the writer wrote."""

    key: str
    """SHA-256 of what it was asked, and with which seed."""
    model_hash: str
    text: str
    prompt_tokens: int = 0
    generated_tokens: int = 0
    cost: float | None = None
    at: float = 0.0


class SearchJournal:
    """The files of one search, and its clock."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._clock = clock
        self._answers = {(kept.candidate, kept.question): kept for kept in read_records(folder / ANSWERS, AnswerRecord)}
        self._writings = {kept.key: kept for kept in read_records(folder / WRITINGS, WritingRecord)}
        self._reached = 0.0
        self._live_since: float | None = None

    def keep_questions(self, examples: Iterable[Example]) -> None:
        """Remember what is asked, beyond the life of the job."""
        write_whole(self.folder / QUESTIONS, "".join(f"{example.model_dump_json()}\n" for example in examples))

    def seconds(self) -> float:
        """Seconds of work so far: those of earlier attempts, as far as they were gone through, and those of now."""
        if self._live_since is None:
            return self._reached
        return self._reached + self._clock() - self._live_since

    def begin_work(self) -> None:
        """From here on time passes: something is asked that no earlier attempt has asked."""
        if self._live_since is None:
            self._live_since = self._clock()

    def find_answer(self, pair: Pair, model_hash: str) -> AnswerRecord | None:
        return self._taken(self._answers.get(pair), model_hash)

    def add_answer(self, answer: AnswerRecord) -> None:
        self._answers[(answer.candidate, answer.question)] = answer
        append_record(self.folder / ANSWERS, answer)

    def find_writing(self, key: str, model_hash: str) -> WritingRecord | None:
        return self._taken(self._writings.get(key), model_hash)

    def add_writing(self, writing: WritingRecord) -> None:
        self._writings[writing.key] = writing
        append_record(self.folder / WRITINGS, writing)

    def finish(self, report: SearchReport) -> None:
        write_whole(self.folder / REPORT, report.model_dump_json())

    def _taken(self, kept: Kept | None, model_hash: str) -> Kept | None:
        if kept is None or kept.model_hash != model_hash:
            return None
        if self._live_since is None:
            self._reached = max(self._reached, kept.at)
        return kept


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def read_report(folder: Path) -> SearchReport:
    """The finished report of a search's folder."""
    return SearchReport.model_validate_json((folder / REPORT).read_text(encoding="utf-8"))
