"""The prompt as it stands in the editor is one of the choices, and is saved as a version when the grid runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.playground.grid.conftest import Desk
from tests.unit.playground.grid.scripted import version
from workbench.playground.grid.tasks import RUN_GRID
from workbench.playground.grid.types import GridRequest
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt, PromptVersion
from workbench.ui.playground.grid import GridPresenter, build
from workbench.ui.playground.grid.check_list import CheckList


class Editor:
    """A `PromptSource` with one draft."""

    def __init__(self, store: PromptStore, text: str) -> None:
        self._store = store
        self._draft = Prompt.model_validate(version(9, text).prompt.model_dump())
        self.trouble = ""

    def draft(self) -> Prompt:
        return self._draft

    def values(self) -> Mapping[str, str]:
        return {"tone": "warm"}

    def variables(self) -> tuple[str, ...]:
        return ("question", "tone")

    def problem(self) -> str:
        return self.trouble

    def save_for_run(self) -> PromptVersion:
        return self._store.save_version("sums", self._draft)

    def find_version(self, version_id: str) -> PromptVersion | None:
        return self._store.find(version_id)

    def list_versions(self) -> Sequence[PromptVersion]:
        return self._store.versions("sums")

    def list_again(self) -> None: ...

    def open_version(self, version_id: str) -> None: ...

    def open_draft(self, prompt: Prompt, name: str) -> None: ...

    def subscribe(self, listener: Callable[[], None]) -> None: ...


@pytest.fixture
def editor(desk: Desk) -> Editor:
    return Editor(desk.prompts, "{{ question }} Be {{ tone }}.")


@pytest.fixture
def with_editor(desk: Desk, editor: Editor, qtbot: QtBot) -> Desk:
    around = replace(desk.around, source=editor)
    page = build(GridPresenter(around))
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return replace(desk, page=page, around=around)


def test_that_the_draft_is_chosen_first_and_saved_when_the_grid_runs(with_editor: Desk, qtbot: QtBot) -> None:
    desk = with_editor
    assert desk.find(CheckList, "grid_versions").model().index(0, 0).data() == "As it stands in the editor"
    assert desk.state.chosen_versions == {"draft"}
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows()
    edit = desk.find(QLineEdit, "grid_value_tone")
    assert edit.text() == "warm"  # what the editor's form holds
    assert len(desk.prompts.versions("sums")) == 2
    desk.find(QPushButton, "grid_run").click()
    request = GridRequest.model_validate(desk.jobs.of(RUN_GRID)[-1].spec.params)
    newest = desk.prompts.versions("sums")[0]
    assert newest.number == 3
    assert request.combinations[0].version == newest
    assert request.values == {"tone": "warm"}


def test_that_a_draft_that_is_a_chosen_version_makes_one_column(with_editor: Desk, editor: Editor) -> None:
    desk = with_editor
    saved = editor.save_for_run()
    desk.page.presenter.refresh()
    desk.page.presenter.setup.choose_version(saved.id, True)
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows()
    desk.find(QPushButton, "grid_run").click()
    request = GridRequest.model_validate(desk.jobs.of(RUN_GRID)[-1].spec.params)
    assert [combination.version.id for combination in request.combinations] == [saved.id]


def test_that_a_draft_with_a_mistake_says_why_it_cannot_run(with_editor: Desk, editor: Editor) -> None:
    desk = with_editor
    desk.page.file_chosen.emit("/tmp/sums.jsonl")
    desk.read_rows()
    editor.trouble = "Line 1 of the user block has a mistake."
    desk.page.presenter.refresh()
    assert desk.find(QLabel, "grid_reason").text() == "Line 1 of the user block has a mistake."
    assert not desk.find(QPushButton, "grid_run").isEnabled()
