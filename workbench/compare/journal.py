"""What a run has done so far, in its folder: a stop, a crash or a power cut loses at most the answers under way."""

import contextlib
import json
from pathlib import Path

from workbench.compare.types import ComparisonReport, Timing, Trial
from workbench.jobs.attempts import Attempts
from workbench.jobs.journal_file import append_record, read_object, read_records, write_whole

TRIALS = "trials.jsonl"
TIMINGS = "timings.json"
ATTEMPTS = "attempts.json"
REPORT = "report.json"


class Journal:
    """The files of one run. Trials are appended as they are made; a half-written last line is ignored."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._trials = {(trial.arm, trial.example_id): trial for trial in read_records(folder / TRIALS, Trial)}
        self._timings = read_object(folder / TIMINGS)
        self._attempts = Attempts(folder / ATTEMPTS)

    def find(self, arm: str, example_id: str, key: str) -> Trial | None:
        """The answer that an earlier attempt got with the same key; failed ones are not kept for good."""
        trial = self._trials.get((arm, example_id))
        return trial if trial is not None and trial.key == key and not trial.has_failed else None

    def add(self, trial: Trial) -> None:
        """Remember a trial durably."""
        self._trials[(trial.arm, trial.example_id)] = trial
        append_record(self.folder / TRIALS, trial)

    def find_timing(self, key: str) -> Timing | None:
        found = self._timings.get(key)
        return Timing.model_validate(found) if found else None

    def add_timing(self, key: str, timing: Timing) -> None:
        self._timings[key] = timing.model_dump()
        write_whole(self.folder / TIMINGS, json.dumps(self._timings))

    def attempt(self, arm: str) -> contextlib.AbstractContextManager[None]:
        """Marks an arm as being at work: a mark that is found at the next start tells which arm killed the process."""
        return self._attempts.at_work(arm)

    def has_crashed(self, arm: str) -> bool:
        """Whether the arm has ended the process so often that it is left out."""
        return self._attempts.has_crashed(arm)

    def finish(self, report: ComparisonReport) -> None:
        """Write the report; a later run of this folder tries crashed arms again."""
        write_whole(self.folder / REPORT, report.model_dump_json())
        self._attempts.forget()


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def read_report(folder: Path) -> ComparisonReport:
    """The finished report of a run folder, trials included."""
    return ComparisonReport.model_validate_json((folder / REPORT).read_text(encoding="utf-8"))
