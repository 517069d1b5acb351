"""The report in a real browser: it is read as it was meant, complains of nothing, asks for nothing."""

from pathlib import Path

import pytest

from tests.end2end.browsers import find_browser, look_at
from tests.unit.compare.report.html_outline import Outline
from tests.unit.compare.report.test_report import HOSTILE, everywhere
from tests.unit.compare.scripted import ScriptedTools, arm, knows_with_passages, numbered
from workbench.compare.overlay.laying import overlay
from workbench.compare.report import write_html
from workbench.compare.report.overlay_page import write_overlay
from workbench.compare.tasks import compare
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.jobs.context import RecordingContext
from workbench.playground.types import Shot
from workbench.scoring.types import MetricChoice

BROWSER = find_browser()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium, Chrome or Edge is installed"),
]


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
    return compare(RecordingContext(), request, ScriptedTools(knows_with_passages))


def check(page: Path, folder: Path) -> Outline:
    """Complaints, requests and links that lead nowhere fail."""
    assert BROWSER is not None
    seen = look_at(BROWSER, page, folder)
    assert seen.console == ()
    assert seen.requests == ()
    found = Outline(seen.document)
    broken = {link for link in found.links if not link.startswith("#") or link[1:] not in found.ids}
    assert not broken
    assert not {"script", "img", "iframe"} & set(found.tags)
    return found


def test_that_the_report_is_read_as_it_was_meant(report: ComparisonReport, tmp_path: Path) -> None:
    write_html(report, tmp_path / "r.html")
    found = check(tmp_path / "r.html", tmp_path)
    assert "sums & more – comparison" in found.text
    assert "rag wins" in found.text
    assert found.tags.count("details") > 8


def test_that_hostile_text_stays_text(report: ComparisonReport, tmp_path: Path) -> None:
    write_html(everywhere(report, "\n".join(HOSTILE)), tmp_path / "r.html")
    found = check(tmp_path / "r.html", tmp_path)
    assert found.tags.count("style") == found.tags.count("body") == 1
    assert "alert(1)" in found.text


def test_that_an_overlay_is_read_as_it_was_meant(report: ComparisonReport, tmp_path: Path) -> None:
    write_overlay(overlay(report, report), tmp_path / "o.html")
    assert "The same answers for 16 of 16" in check(tmp_path / "o.html", tmp_path).text


def test_that_a_complaint_would_be_heard(tmp_path: Path) -> None:
    assert BROWSER is not None
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">"
        "<title>t</title><img src='other.png'>",
        encoding="utf-8",
    )
    assert look_at(BROWSER, page, tmp_path).console
    page.write_text("<!doctype html><title>t</title><img src='http://example.invalid/x.png'>", encoding="utf-8")
    assert look_at(BROWSER, page, tmp_path).requests == ("http://example.invalid/x.png",)
