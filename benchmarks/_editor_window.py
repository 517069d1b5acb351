"""The editor of prompts in the real window, with as many columns open as the benchmark asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from workbench.app import Program
from workbench.ui.playground.columns import Columns
from workbench.ui.playground.editor import EditorPanel

COLUMNS = 8


@dataclass(frozen=True, slots=True)
class OpenedEditor:
    field: QPlainTextEdit
    """The user block, with the text in it."""
    columns: int
    sections: list[str]
    """Parts of the editor that are unfolded, and so have to be kept up to date."""


def open_editor(program: Program, text: str, work: Callable[[Callable[[], bool], float], Any]) -> OpenedEditor:
    """Open the page and its columns, put the text into the user block, unfold everything, wait for the preview."""
    program.window.open_tab("playground")
    panel, columns = program.window.findChild(EditorPanel), program.window.findChild(Columns)
    assert panel is not None and columns is not None
    while len(columns.presenter.state.columns) < COLUMNS:
        columns.presenter.setup.add()
    part = panel.part
    block_id = part.board.draft.block_ids[1]
    part.edit_block(block_id, text)
    for name in ("variables", "examples", "reasoning", "output", "settings", "preview"):
        part.fold(name, True)
    part.save_for_run()
    work(lambda: part.state.preview.report is not None, 60)
    field = panel.findChild(QPlainTextEdit, f"block_text_{block_id}")
    assert field is not None
    return OpenedEditor(field, len(columns.presenter.state.columns), sorted(part.state.open_sections))
