"""What a run has done so far, in its folder: a stop, a crash or a power cut loses at most the answers under way."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from workbench.boundary import Boundary
from workbench.compare.arm_types import GeneralResult, MemoryParts, Timing
from workbench.compare.trial_types import Trial
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.attempts import Attempts
from workbench.jobs.journal_file import append_record, read_object, read_records, write_whole

TRIALS = "trials.jsonl"
KEYS = "keys.txt"
"""A line for each trial: its key, and the byte of the trials' file where it begins."""
ALONE = "alone.json"
PLAN = "plan.json"
REQUEST = "request.json"
MEASURED = "measured.json"
ATTEMPTS = "attempts.json"
REPORT = "report.json"


class NotWrittenError(Exception):
    """The files of the run cannot be written any more: not an arm's fault, so that no arm is given up for it."""


class Alone(Boundary):
    """What was measured of an arm that answered alone."""

    timing: Timing = Timing()
    memory: MemoryParts = MemoryParts()
    peak_bytes: int | None = None


class Plan(Boundary):
    """Which questions a run asks, and in which waves: what a later run needs to compose the same batches."""

    examples: tuple[str, ...] = ()
    """A hash each."""
    waves: tuple[int, ...] = ()
    arms: tuple[str, ...] = ()
    """A hash each."""


class Measured(Boundary):
    """What a run found out about its arms beside their answers, each by the arm's name."""

    timings: dict[str, Timing] = Field(default_factory=dict)
    memories: dict[str, MemoryParts] = Field(default_factory=dict)
    peaks: dict[str, int] = Field(default_factory=dict)
    """Bytes."""
    general: dict[str, GeneralResult] = Field(default_factory=dict)
    problems: dict[str, str] = Field(default_factory=dict)
    """Why the arm has no (further) answers."""
    why_missing: str = ""
    """Why not everything was asked, in a sentence."""


class Journal:
    """The files of one run. Trials are appended as they are made; a half-written last line is ignored.

    What writes raises NotWrittenError when the disk is full or the folder is gone.
    """

    def __init__(self, folder: Path) -> None:
        with _written():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.folder = folder
            self._trials = {_place(trial): trial for trial in read_records(folder / TRIALS, Trial)}
            self._alone = read_object(folder / ALONE)
            self._attempts = Attempts(folder / ATTEMPTS)

    def begin(self, request: CompareRequest, plan: Plan) -> None:
        """Keep what is asked: a stopped run can be summed up from its folder alone."""
        with _written():
            write_whole(self.folder / REQUEST, request.model_dump_json())
            write_whole(self.folder / PLAN, plan.model_dump_json())

    def find(self, arm: str, example_id: str, repeat: int, key: str) -> Trial | None:
        """What an earlier attempt got with the same key, be it an answer or a failure."""
        trial = self._trials.get((arm, example_id, repeat))
        return trial if trial is not None and trial.key == key and not trial.purged else None

    def add(self, trial: Trial) -> None:
        """Remember a trial durably."""
        self._trials[_place(trial)] = trial
        with _written():
            place = append_record(self.folder / TRIALS, trial)
            with (self.folder / KEYS).open("a", encoding="ascii") as file:
                file.write(f"{trial.key} {place}\n")

    def find_alone(self, key: str) -> Alone | None:
        return read_alone(self._alone, key)

    def add_alone(self, key: str, found: Alone) -> None:
        self._alone[key] = found.model_dump(mode="json")
        with _written():
            write_whole(self.folder / ALONE, json.dumps(self._alone))

    def keep(self, measured: Measured) -> None:
        """What is known of the arms so far, for whoever sums the run up after a stop."""
        with _written():
            write_whole(self.folder / MEASURED, measured.model_dump_json())

    @contextlib.contextmanager
    def attempt(self, arm: str) -> Iterator[None]:
        """Marks an arm as being at work: a mark that is found at the next start tells which arm killed the process."""
        mark = self._attempts.at_work(arm)
        with _written():
            mark.__enter__()
        try:
            yield
        finally:
            with _written():
                mark.__exit__(None, None, None)

    def has_crashed(self, arm: str) -> bool:
        """Whether the arm has ended the process so often that it is left out."""
        return self._attempts.has_crashed(arm)

    def finish(self, report: ComparisonReport) -> None:
        """Write the report; a later run of this folder tries crashed arms again."""
        with _written():
            write_whole(self.folder / REPORT, report.model_dump_json())
            self._attempts.forget()


def read_alone(values: dict[str, object], key: str) -> Alone | None:
    """One of the measurements of a file; None where it is missing or of another version."""
    try:
        return Alone.model_validate(values[key])
    except (KeyError, ValidationError):
        return None


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def read_report(folder: Path) -> ComparisonReport:
    """The finished report of a run folder, trials included."""
    return ComparisonReport.model_validate_json((folder / REPORT).read_text(encoding="utf-8"))


def read_unfinished(folder: Path) -> tuple[CompareRequest, tuple[Trial, ...], Measured]:
    """What a run that did not come to its end has: its request, its trials (the last of each), what it measured.

    Only reads. Raises OSError or ValidationError where nothing was begun.
    """
    request = CompareRequest.model_validate_json((folder / REQUEST).read_text(encoding="utf-8"))
    trials = {_place(trial): trial for trial in read_records(folder / TRIALS, Trial)}
    measured = Measured()
    with contextlib.suppress(FileNotFoundError, ValidationError):
        measured = Measured.model_validate_json((folder / MEASURED).read_text(encoding="utf-8"))
    return request, tuple(trials.values()), measured


def _place(trial: Trial) -> tuple[str, str, int]:
    return trial.arm, trial.example_id, trial.repeat


@contextlib.contextmanager
def _written() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotWrittenError(str(error)) from error
