"""What a run has done so far, in its folder: a stop, a crash or a power cut loses at most the answers under way."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from workbench.compare.types import ComparisonReport, Timing, Trial
from workbench.jobs.journal_file import append_record, read_records, write_whole
from workbench.log import get_logger

TRIALS = "trials.jsonl"
TIMINGS = "timings.json"
ATTEMPTS = "attempts.json"
REPORT = "report.json"
_CRASHES_ALLOWED = 2
"""How often an arm may take the process with it before it is left out."""

_log = get_logger("compare")


class Journal:
    """The files of one run. Trials are appended as they are made; a half-written last line is ignored."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self._trials = {(trial.arm, trial.example_id): trial for trial in read_records(folder / TRIALS, Trial)}
        self._timings = _read_json(folder / TIMINGS)
        self._attempts = _read_json(folder / ATTEMPTS)
        self._note_crash()

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

    @contextlib.contextmanager
    def attempt(self, arm: str) -> Iterator[None]:
        """Marks an arm as being at work: a mark that is found at the next start tells which arm killed the process."""
        self._attempts["current"] = arm
        self._save_attempts()
        try:
            yield
        finally:
            self._attempts["current"] = ""
            self._save_attempts()

    def has_crashed(self, arm: str) -> bool:
        """Whether the arm has ended the process so often that it is left out."""
        return int(self._crashes().get(arm, 0)) >= _CRASHES_ALLOWED

    def finish(self, report: ComparisonReport) -> None:
        """Write the report; a later run of this folder tries crashed arms again."""
        write_whole(self.folder / REPORT, report.model_dump_json())
        (self.folder / ATTEMPTS).unlink(missing_ok=True)
        self._attempts = {}

    def _note_crash(self) -> None:
        arm = self._attempts.get("current")
        if isinstance(arm, str) and arm:
            crashes = self._crashes()
            crashes[arm] = int(crashes.get(arm, 0)) + 1
            self._attempts = {"current": "", "crashes": crashes}
            self._save_attempts()
            _log.info("the run ended while arm %s was at work", arm)

    def _crashes(self) -> dict[str, int]:
        found = self._attempts.setdefault("crashes", {})
        return found if isinstance(found, dict) else {}

    def _save_attempts(self) -> None:
        write_whole(self.folder / ATTEMPTS, json.dumps(self._attempts))


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def read_report(folder: Path) -> ComparisonReport:
    """The finished report of a run folder, trials included."""
    return ComparisonReport.model_validate_json((folder / REPORT).read_text(encoding="utf-8"))


def _read_json(path: Path) -> dict[str, object]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
