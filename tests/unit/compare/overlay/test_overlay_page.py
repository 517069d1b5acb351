"""The overlay as a page: harmless and complete."""

import pytest

from tests.unit.compare.report.html_outline import check
from tests.unit.compare.report.test_report import HOSTILE
from workbench.compare.overlay.types import ArmOverlay, ChangedQuestion, Overlay, OverlaySide, SettingChange
from workbench.compare.report.overlay_page import overlay_html


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_that_hostile_text_is_only_text(text: str) -> None:
    question = ChangedQuestion(
        example_id=text, question=text, before=0.0, after=1.0, answer_before=text, answer_after=text
    )
    changes = (
        SettingChange(what=text, before=text, after=text),
        SettingChange(what=text, before=text, after=text + "!", is_text=True),
    )
    laid = ArmOverlay(
        before=text, after=text, difference=0.1, improved=(question,), worsened=(question,), changes=changes
    )
    side = OverlaySide(name=text, verdict=text, reasons=(text,), recommended=text)
    found = Overlay(before=side, after=side, metric=text, arms=(laid,), changes=changes, sentences=(text,))
    assert check(overlay_html(found)).tags.count("body") == 1
