"""What a measurement has found so far, in its folder: a stop, a crash or a power cut loses at most one question."""

from pathlib import Path

from workbench.jobs.journal_file import append_record, read_placed, read_records, write_whole
from workbench.rag.evaluation.types import MeasureReport, MeasureRequest, QuestionOutcome

OUTCOMES = "outcomes.jsonl"
REPORT = "report.json"
REQUEST = "request.json"


class MeasureJournal:
    """For the process that measures."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        kept = read_records(folder / OUTCOMES, QuestionOutcome)
        # Failures are tried again.
        self._outcomes = {(one.setting, one.question): one for one in kept if not one.problem}

    def find(self, setting: int, question: str) -> QuestionOutcome | None:
        return self._outcomes.get((setting, question))

    def add(self, outcome: QuestionOutcome) -> None:
        append_record(self._folder / OUTCOMES, outcome)

    def finish(self, report: MeasureReport) -> None:
        write_whole(self._folder / REPORT, report.model_dump_json())


def write_request(request: MeasureRequest) -> None:
    """Into its folder: what a run's own files hold would outlive a document that is purged."""
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(folder / REQUEST, request.model_dump_json())


def read_request(folder: str | Path) -> MeasureRequest | None:
    """What is measured there; None when the folder is gone."""
    try:
        return MeasureRequest.model_validate_json((Path(folder) / REQUEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def is_finished(folder: Path) -> bool:
    return (folder / REPORT).is_file()


def read_report(folder: Path) -> MeasureReport:
    """The finished report of a measurement's folder."""
    return MeasureReport.model_validate_json((folder / REPORT).read_text(encoding="utf-8"))


def read_outcomes(request: MeasureRequest) -> tuple[QuestionOutcome, ...]:
    """What was found so far, also while another process measures; in the order of settings and questions."""
    found = read_placed(Path(request.folder) / OUTCOMES, QuestionOutcome, is_ours=False)
    by_place = {(one.setting, one.question): one for _, one in found}
    wanted = [(s, question.id) for s in range(len(request.settings)) for question in request.questions]
    return tuple(by_place[place] for place in wanted if place in by_place)
