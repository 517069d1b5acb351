"""What the model will get, shown while the prompt is written."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QProgressBar
from pytestqt.qtbot import QtBot

from tests.gui.acting import find, type_text
from tests.gui.playground.editor_given import Room, block, open_section, summary
from workbench.errors import WorkbenchError
from workbench.playground.tasks import PREVIEW, PartTokens, PreviewReport, PreviewRequest, PromptPart
from workbench.ui.playground.editor import EditorPanel
from workbench.ui.widgets.trouble_card import TroubleCard


def report(text: str, tokens: int) -> PreviewReport:
    return PreviewReport(
        messages=(),
        final_prompt=text,
        prompt_tokens=tokens,
        context_length=1000,
        parts=(PartTokens(part=PromptPart.SYSTEM, tokens=tokens),),
        template_name="the model's own",
    )


def test_that_nothing_is_computed_while_the_preview_is_folded(panel: EditorPanel, room: Room, qtbot: QtBot) -> None:
    type_text(block(panel, 0), "Be short.")
    assert room.jobs.of(PREVIEW) == []
    open_section(panel, "preview")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 1)


@pytest.fixture
def asked(panel: EditorPanel, room: Room, qtbot: QtBot) -> Callable[[], PreviewRequest]:
    """Opens the preview; the last request of it."""
    open_section(panel, "preview")
    qtbot.waitUntil(lambda: bool(room.jobs.of(PREVIEW)))
    return lambda: PreviewRequest.model_validate(room.jobs.of(PREVIEW)[-1].spec.params)


def test_that_the_preview_shows_text_tokens_and_the_share_of_the_context(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest]
) -> None:
    assert asked().model.name == "starter" and asked().values["question"]
    room.jobs.of(PREVIEW)[0].finish(report("<system>Be short.", 250))
    assert find(panel, QPlainTextEdit, "preview_text").toPlainText() == "<system>Be short."
    assert find(panel, QProgressBar, "preview_context").value() == 250
    assert "250 of 1,000 tokens (25 %)" in find(panel, QLabel, "preview_tokens").text()
    assert summary(panel, "preview") == "250 tokens"


def test_that_typing_while_a_preview_is_computed_asks_once_more_afterwards(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    type_text(block(panel, 0), "Be short.")
    qtbot.waitUntil(lambda: panel.part.preview.waits)
    assert len(room.jobs.of(PREVIEW)) == 1
    room.jobs.of(PREVIEW)[0].finish(report("old", 1))
    assert len(room.jobs.of(PREVIEW)) == 2
    assert asked().prompt.blocks[0].text == "Be short."


def test_that_the_question_of_the_input_box_is_in_the_preview(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    room.jobs.of(PREVIEW)[0].finish(report("old", 1))
    panel.part.preview.ask("How warm is it?")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 2)
    assert asked().values["question"] == "How warm is it?"


def test_that_a_preview_that_fails_says_why_and_keeps_the_last_text(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    room.jobs.of(PREVIEW)[0].finish(report("the text", 5))
    type_text(block(panel, 0), "x")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 2)
    room.jobs.of(PREVIEW)[1].fail(WorkbenchError("The template does not finish.", hint="Look for a loop."))
    assert find(panel, TroubleCard, "preview_trouble").text() == "The template does not finish."
    assert find(panel, QPlainTextEdit, "preview_text").toPlainText() == "the text"
    type_text(block(panel, 0), "y")
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 3)


def test_that_another_model_shows_its_own_template(
    panel: EditorPanel, room: Room, asked: Callable[[], PreviewRequest], qtbot: QtBot
) -> None:
    room.jobs.of(PREVIEW)[0].finish(report("starter", 1))
    picker = find(panel, QComboBox, "preview_model")
    picker.setCurrentIndex(1)
    picker.activated.emit(1)
    qtbot.waitUntil(lambda: len(room.jobs.of(PREVIEW)) == 2)
    assert asked().model.name == "big"
    panel.part.preview.suggest_model("starter")
    assert panel.part.state.preview.model_name == "big"
