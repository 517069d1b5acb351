"""A report as tables for other programs: CSV with one line per trial, JSON lines with everything."""

from collections.abc import Sequence
from pathlib import Path

from workbench.compare.types import ComparisonReport, Trial
from workbench.datasets.csv_writing import to_csv as spreadsheet
from workbench.datasets.types import Example


def write_csv(report: ComparisonReport, path: Path) -> None:
    """One line per trial. UTF-8 with a mark, so that spreadsheet programs read it rightly."""
    path.write_text(to_csv(report), encoding="utf-8-sig", newline="")


def to_csv(report: ComparisonReport) -> str:
    """The lines of `write_csv`."""
    examples = {example.id: example for example in report.examples}
    header = (
        "arm", "question_id", "question", "right_answers", "answer", *report.metrics, "failure", "evidence",
        "retrieved", "prompt_tokens", "generated_tokens", "model_hash", "adapter_hash", "problem", "cost",
    )  # fmt: skip
    return spreadsheet(header, (_row(report, trial, examples.get(trial.example_id)) for trial in report.trials))


def _row(report: ComparisonReport, trial: Trial, example: Example | None) -> Sequence[object]:
    scores = [trial.scores[m].value if m in trial.scores else None for m in report.metrics]
    return (
        trial.arm, trial.example_id, example.question if example else "",
        " | ".join(example.answers if example else ()), trial.answer, *scores, trial.failure or "",
        trial.failure_evidence,
        " | ".join(hit.document for hit in trial.hits), trial.usage.prompt_tokens, trial.usage.generated_tokens,
        trial.model_hash, trial.adapter_hash, trial.problem, trial.cost,
    )  # fmt: skip


def write_jsonl(report: ComparisonReport, path: Path) -> None:
    """One trial per line, as it is stored."""
    path.write_text("".join(trial.model_dump_json() + "\n" for trial in report.trials), encoding="utf-8")
