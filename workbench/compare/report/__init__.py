"""One self-contained HTML file: verdict, pictures, tables, every answer. No script, no network, all text escaped."""

from pathlib import Path

from workbench import __version__
from workbench.compare.report.again import again_section
from workbench.compare.report.answers import answers_section
from workbench.compare.report.arms import arms_section
from workbench.compare.report.costs import costs_section
from workbench.compare.report.expected import expected_section
from workbench.compare.report.failures import failures_section
from workbench.compare.report.forgetting import forgetting_section
from workbench.compare.report.leaks import leaks_section
from workbench.compare.report.machine import machine_section
from workbench.compare.report.made_of import made_of_section
from workbench.compare.report.matrix import matrix_section
from workbench.compare.report.missing import missing_section
from workbench.compare.report.numbers import has_prices, mark_of, summary_text
from workbench.compare.report.page import page_of
from workbench.compare.report.pairs import pairs_section
from workbench.compare.report.pictures import pictures_section
from workbench.compare.report.scored_by import scored_by_section
from workbench.compare.report.tags import tags_section
from workbench.compare.report.trade_offs import trade_offs_section
from workbench.compare.report.verdict import verdict_section, without_leaks_section
from workbench.compare.types import ComparisonReport
from workbench.playground.prompt_files import write_whole

__all__ = ["has_prices", "mark_of", "summary_text", "to_html", "write_html"]

_SECTIONS = (
    verdict_section, expected_section, missing_section, arms_section, pictures_section, trade_offs_section,
    without_leaks_section, tags_section, pairs_section, failures_section, leaks_section, scored_by_section,
    forgetting_section, costs_section, made_of_section, again_section, machine_section, matrix_section, answers_section,
)  # fmt: skip


def write_html(report: ComparisonReport, path: Path) -> None:
    """Write the report of `to_html`, whole or not at all."""
    write_whole(path, to_html(report))


def _set_of(report: ComparisonReport) -> str:
    """Which version of which test set was asked; empty where it was a file's questions."""
    request = report.request
    if request is None or not request.test_set:
        return ""
    return f"test set “{request.test_set}”, version {request.questions_hash[:12]}"


def to_html(report: ComparisonReport) -> str:
    """The whole report as one page."""
    facts = [
        f"{len(report.arms)} arms", f"{len(report.examples)} questions", f"seed {report.seed}",
        _set_of(report), f"{report.repeats} answers to each question" if report.repeats > 1 else "",
        report.environment.started[:10] if report.environment else "", report.machine, f"LLM Workbench {__version__}",
    ]  # fmt: skip
    return page_of(report.name, [fact for fact in facts if fact], [make(report) for make in _SECTIONS])
