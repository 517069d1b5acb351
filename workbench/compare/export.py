"""A report as tables for other programs: CSV with one line per trial, JSON lines with everything."""

import csv
import io
from pathlib import Path

from workbench.compare.types import ComparisonReport

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(report: ComparisonReport, path: Path) -> None:
    """One line per trial. UTF-8 with a mark, so that spreadsheet programs read it rightly."""
    path.write_text(to_csv(report), encoding="utf-8-sig", newline="")


def to_csv(report: ComparisonReport) -> str:
    """The lines of `write_csv`."""
    examples = {example.id: example for example in report.examples}
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            "arm", "question_id", "question", "right_answers", "answer", *report.metrics, "failure", "evidence",
            "retrieved", "prompt_tokens", "generated_tokens", "model_hash", "adapter_hash", "problem",
            "cost",
        ]
    )  # fmt: skip
    for trial in report.trials:
        example = examples.get(trial.example_id)
        scores = [trial.scores[m].value if m in trial.scores else None for m in report.metrics]
        row: list[object] = [
            trial.arm, trial.example_id, example.question if example else "",
            " | ".join(example.answers if example else ()), trial.answer, *scores, trial.failure or "",
            trial.failure_evidence,
            " | ".join(hit.document for hit in trial.hits), trial.usage.prompt_tokens, trial.usage.generated_tokens,
            trial.model_hash, trial.adapter_hash, trial.problem, trial.cost,
        ]  # fmt: skip
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue()


def write_jsonl(report: ComparisonReport, path: Path) -> None:
    """One trial per line, as it is stored."""
    path.write_text("".join(trial.model_dump_json() + "\n" for trial in report.trials), encoding="utf-8")


def _harmless(cell: object) -> object:
    """A model's answer must not become a formula of the spreadsheet that opens it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell
