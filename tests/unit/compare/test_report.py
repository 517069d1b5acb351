"""The report and the tables: complete, harmless, self-contained."""

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.compare.scripted import ScriptedTools, arm, asked_number, knows_with_passages, numbered
from workbench.compare.export import to_csv, write_csv, write_jsonl
from workbench.compare.report import to_html
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport, Trial
from workbench.jobs.context import RecordingContext
from workbench.llm.types import GenerationRequest
from workbench.playground.types import Shot
from workbench.scoring.types import MetricChoice

EVIL = '<script>alert("x")</script><img src="http://example.com/x.png">'


def evil_or_right(request: GenerationRequest) -> str:
    return EVIL if asked_number(request) == 3 else knows_with_passages(request)


@pytest.fixture
def report(tmp_path: Path) -> ComparisonReport:
    shots = (Shot(question="What is 5 plus one?", answer="6"),)
    request = CompareRequest(
        name="sums & more",
        examples=numbered(8),
        metrics=(MetricChoice(name="exact_match"), MetricChoice(name="recall_at_k")),
        arms=(arm("prompt <b>", shots=shots), arm("rag", collection=True)),
        folder=str(tmp_path / "run"),
    )
    return compare(RecordingContext(), request, ScriptedTools(evil_or_right))


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "data")]

    def handle_data(self, data: str) -> None:
        self.text += data


def outline(page: str) -> _Outline:
    parser = _Outline()
    parser.feed(page)
    return parser


def test_that_the_report_says_the_verdict_and_every_answer(report: ComparisonReport) -> None:
    page = outline(to_html(report))
    for reason in report.verdict.reasons:
        assert reason in page.text
    for trial in report.trials:
        assert trial.answer in page.text
        assert trial.prompt in page.text
    assert "Questions seen before the test" in page.text
    assert page.tags.count("circle") == 2


def test_that_the_report_needs_no_network_and_runs_nothing(report: ComparisonReport) -> None:
    page = outline(to_html(report))
    assert not {"script", "img", "iframe", "object", "link"} & set(page.tags)
    assert all(link.startswith("#") for link in page.links)
    assert "default-src 'none'" in to_html(report)
    assert EVIL in page.text  # shown as text


def test_that_a_spreadsheet_reads_every_trial(report: ComparisonReport, tmp_path: Path) -> None:
    write_csv(report, tmp_path / "r.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "r.csv").read_text(encoding="utf-8-sig"))))
    assert len(rows) == 16
    assert [row["exact_match"] for row in rows if row["arm"] == "rag"].count("1.0") == 7
    assert {row["recall_at_k"] for row in rows if row["arm"] != "rag"} == {""}


def test_that_an_answer_never_becomes_a_formula(report: ComparisonReport) -> None:
    trial = report.trials[0].model_copy(update={"answer": '=HYPERLINK("http://example.com")'})
    (row,) = csv.DictReader(io.StringIO(to_csv(report.model_copy(update={"trials": (trial,)}))))
    assert row["answer"].startswith("'=")


def test_that_json_lines_hold_the_whole_trial(report: ComparisonReport, tmp_path: Path) -> None:
    write_jsonl(report, tmp_path / "r.jsonl")
    lines = (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    assert [Trial.model_validate(json.loads(line)) for line in lines] == list(report.trials)
