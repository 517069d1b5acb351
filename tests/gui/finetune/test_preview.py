"""What is learned of a row, token by token, on the page of a new training."""

import pytest
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSpinBox, QToolButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.acting import click, find
from tests.gui.finetune.test_finetune_tab import Around, around, open_setup
from workbench.errors import WorkbenchError
from workbench.finetune.preview import PreviewReport, PreviewRequest, RowPreview, TextSpan, TokenPreview
from workbench.finetune.types import TrainedTurns
from workbench.ui.finetune import FinetuneTab
from workbench.ui.finetune.preview_form import TokensText

__all__ = ["around"]  # a fixture
PREVIEW = "workbench.finetune.tasks:preview"


def preview_of(number: int, *pieces: tuple[str, bool], cut: int = 0) -> RowPreview:
    return RowPreview(
        number=number,
        tokens=tuple(
            TokenPreview(id=place, text=text, trained=trained) for place, (text, trained) in enumerate(pieces)
        ),
        spans=tuple(TextSpan(text=text, trained=trained) for text, trained in pieces),
        trained_count=sum(trained for _, trained in pieces),
        cut=cut,
    )


ROWS = (
    preview_of(1, ("<user>", False), ("Zürich 😀", False), ("\n", False), ("Yes", True), ("<end>", True)),
    preview_of(2, ("<user>", False), ("Not", False), cut=1),
)


@pytest.fixture
def tab(qtbot: QtBot, around: Around) -> FinetuneTab:
    tab = open_setup(qtbot, around)
    click(find(tab, QToolButton, "section_preview_head"))
    return tab


def asked(around: Around) -> FakeJob:
    return around.jobs.of(PREVIEW)[-1]


def learned(tab: FinetuneTab) -> str:
    return find(tab, TokensText, "preview_tokens").learned()


def words(tab: FinetuneTab) -> str:
    return find(tab, QLabel, "preview_words").text()


def test_that_no_row_is_turned_into_tokens_while_nobody_looks(qtbot: QtBot, around: Around) -> None:
    open_setup(qtbot, around)
    assert not around.jobs.of(PREVIEW)


def test_that_the_learned_tokens_of_a_row_are_coloured(tab: FinetuneTab, around: Around) -> None:
    assert words(tab) == "Turning rows into tokens…"
    asked(around).finish(PreviewReport(rows=ROWS, max_length=512))
    assert find(tab, TokensText, "preview_tokens").toPlainText() == "<user>Zürich 😀↵\nYes<end>"
    assert learned(tab) == "Yes<end>"
    assert words(tab) == "5 tokens, 2 of them learned."


def test_that_the_next_row_is_there_at_once_and_one_far_away_is_asked_for(tab: FinetuneTab, around: Around) -> None:
    asked(around).finish(PreviewReport(rows=ROWS, max_length=512))
    click(find(tab, QPushButton, "preview_after"))
    assert (learned(tab), words(tab)) == ("", "2 tokens, none of them learned: this row is left out.")
    assert len(around.jobs.of(PREVIEW)) == 1
    find(tab, QSpinBox, "preview_row").setValue(24)
    assert len(around.jobs.of(PREVIEW)) == 2
    assert PreviewRequest.model_validate(asked(around).spec.params).start == 20


def test_that_other_settings_are_shown_as_they_would_be_trained(qtbot: QtBot, tab: FinetuneTab, around: Around) -> None:
    asked(around).finish(PreviewReport(rows=ROWS, max_length=512))
    tab.presenter.setup.set_option("trained_turns", TrainedTurns.ALL)
    qtbot.waitUntil(lambda: len(around.jobs.of(PREVIEW)) == 2, timeout=60_000)
    assert PreviewRequest.model_validate(asked(around).spec.params).trained_turns is TrainedTurns.ALL
    asked(around).finish(PreviewReport(rows=(preview_of(1, ("<user>", False), ("Yes", True), cut=3),), max_length=512))
    assert words(tab) == "2 tokens, 1 of them learned. 3 tokens more at the front are cut off."


def test_that_a_template_that_cannot_be_followed_is_said(tab: FinetuneTab, around: Around) -> None:
    asked(around).fail(WorkbenchError("The chat template changes earlier turns.", hint="Train only the last answer."))
    card = find(tab, QFrame, "preview_trouble")
    assert card.isVisible() and "changes earlier turns" in card.accessibleName()
