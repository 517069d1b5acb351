"""The editor of prompts in the real window, with as many columns open as it can have."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtWidgets import QPlainTextEdit

from workbench.app import Program
from workbench.ui.playground.editor import EditorPanel, Surroundings, build

COLUMNS = 8


@dataclass(frozen=True, slots=True)
class OpenedEditor:
    field: QPlainTextEdit
    """The user block, with the text in it."""
    columns: int
    sections: list[str]
    """Parts of the editor that are unfolded, and so have to be kept up to date."""


def open_editor(program: Program, text: str, work: Callable[[Callable[[], bool], float], Any]) -> OpenedEditor:
    """Open the page, put the text into the user block, unfold everything and wait for the first preview."""
    program.window.open_tab("playground")
    panel = program.window.findChild(EditorPanel) or _alone(program)
    part = panel.part
    block_id = part.board.draft.block_ids[1]
    part.edit_block(block_id, text)
    for name in ("variables", "examples", "reasoning", "output", "settings", "preview"):
        part.fold(name, True)
    part.save_for_run()
    work(lambda: part.state.preview.report is not None, 60)
    field = panel.findChild(QPlainTextEdit, f"block_text_{block_id}")
    assert field is not None
    return OpenedEditor(field, 0, sorted(part.state.open_sections))


def _alone(program: Program) -> EditorPanel:
    from workbench.datasets.store import DatasetStore
    from workbench.playground.prompt_store import PromptStore

    assert program.database is not None
    panel = build(
        Surroundings(
            jobs=program.jobs,
            messages=program.messages,
            catalog=program.tabs.catalog,
            settings=lambda: program.settings,
            prompts=PromptStore(program.database),
            datasets=DatasetStore(program.database),
            in_background=program.in_background,
            memory_file=program.paths.playground,
            presets_folder=program.paths.presets,
        )
    )
    panel.resize(420, 800)
    panel.show()
    return panel
