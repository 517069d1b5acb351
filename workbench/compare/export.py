"""A report as tables for other programs: CSV with one line per trial, JSON lines with everything.

Files are written whole or not at all; nothing here touches anything shared, so that any thread may do it.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

from workbench.compare.arm_types import ArmResult
from workbench.compare.report.texts import shown
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.datasets.csv_writing import to_csv as spreadsheet
from workbench.datasets.types import Example
from workbench.playground.prompt_files import write_whole

_BYTE_ORDER_MARK = "\ufeff"


def write_csv(report: ComparisonReport, path: Path) -> None:
    """One line per trial. UTF-8 with a mark, so that spreadsheet programs read it rightly."""
    write_whole(path, _BYTE_ORDER_MARK + to_csv(report))


def to_csv(report: ComparisonReport) -> str:
    """The lines of `write_csv`. Characters that no encoding can say are replaced."""
    rows = _Rows(report)
    return spreadsheet(rows.header, (rows.row(trial) for trial in report.trials))


class _Rows:
    def __init__(self, report: ComparisonReport) -> None:
        self._metrics = report.metrics
        self._examples = {example.id: example for example in report.examples}
        self._arms = {result.name: result for result in report.arms}
        self._excluded = frozenset(report.excluded)
        self._leaks: dict[str, str] = {}
        for leak in report.leaks:
            self._leaks.setdefault(leak.example_id, str(leak.kind))
        self.header = (
            "arm", "question_id", "repeat", "question", "right_answers", "tags", "answer", *report.metrics, "failure",
            "evidence", "leak", "excluded", "retrieved", "in_prompt", "finish_reason", "prompt_tokens",
            "generated_tokens", "arm_latency_seconds", "arm_first_token_seconds", "times_taken_over", "model_hash",
            "adapter_hash", "adapter_scale", "problem", "cost", "taken_over",
        )  # fmt: skip

    def row(self, trial: Trial) -> Sequence[object]:
        example = self._examples.get(trial.example_id) or Example(id=trial.example_id, question="")
        timing = self._arms.get(trial.arm, ArmResult(name=trial.arm)).timing
        scores = [trial.scores[m].value if m in trial.scores else None for m in self._metrics]
        cells = (
            trial.arm, trial.example_id, trial.repeat, example.question, " | ".join(example.answers),
            " | ".join(example.tags), trial.answer, *scores, trial.failure or "", trial.failure_evidence,
            self._leaks.get(trial.example_id, ""), _yes(trial.example_id in self._excluded),
            " | ".join(hit.document for hit in trial.hits),
            " | ".join(hit.document for hit in trial.used_hits), trial.finish_reason, trial.usage.prompt_tokens,
            trial.usage.generated_tokens, timing.latency_seconds, timing.first_token_seconds,
            _yes(timing.taken_over), trial.model_hash, trial.adapter_hash,
            trial.adapter_scale if trial.adapter_hash else "", trial.problem, trial.cost,
            _yes(trial.taken_over),
        )  # fmt: skip
        return [shown(cell) if isinstance(cell, str) else cell for cell in cells]


def _yes(value: bool) -> str:
    return "yes" if value else ""


def write_jsonl(report: ComparisonReport, path: Path) -> None:
    """Everything: a header record with the whole report, a record for every question, one for every trial."""
    write_whole(path, "".join(f"{line}\n" for line in json_lines(report)))


def json_lines(report: ComparisonReport) -> Iterator[str]:
    """The lines of `write_jsonl`: objects whose `record` is "comparison" (one), "question" or "trial"."""
    yield _line("comparison", report.model_copy(update={"trials": (), "examples": ()}))
    for example in report.examples:
        yield _line("question", example)
    for trial in report.trials:
        yield _line("trial", trial)


def _line(record: str, value: BaseModel) -> str:
    """Half a surrogate pair, which UTF-8 cannot say, stays readable as an escape."""
    head = f'{{"record":"{record}",'
    try:
        return head + value.model_dump_json()[1:]
    except PydanticSerializationError:
        return head + json.dumps(value.model_dump(mode="json"))[1:]
