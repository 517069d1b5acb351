"""The editor of prompts: blocks, variables, examples, reasoning, output, settings, preview, versions."""

from PySide6.QtWidgets import QWidget

from workbench.llm.types import Role
from workbench.playground.types import ExampleSelection
from workbench.ui.playground.editor.board import Surroundings
from workbench.ui.playground.editor.dialogs import EditorDialogs
from workbench.ui.playground.editor.presenter import EditorPart
from workbench.ui.playground.editor.view import EditorView
from workbench.ui.timers import Timers

__all__ = ["EditorPanel", "EditorPart", "Surroundings", "build"]


class EditorPanel(EditorView):
    """The view with its presenter, which is the `PromptSource` of the other parts of the playground."""

    part: EditorPart


def build(around: Surroundings, parent: QWidget | None = None) -> EditorPanel:
    """Wire the editor. `panel.part` is what columns, grid and search ask for the prompt."""
    panel = EditorPanel(parent)
    panel.part = part = EditorPart(around, Timers(panel))
    _connect_prompt(panel, part)
    _connect_sections(panel, part)
    EditorDialogs(panel, part)
    part.start(panel)
    return panel


def _connect_prompt(panel: EditorPanel, part: EditorPart) -> None:
    panel.undo_requested.connect(part.undo)
    panel.redo_requested.connect(part.redo)
    panel.folded.connect(part.fold)
    panel.restore_requested.connect(part.versions.restore_prompt)
    panel.forget_requested.connect(part.versions.forget_deleted)
    panel.left.connect(part.memory.save_now)
    head, blocks = panel.head, panel.blocks
    head.prompt_chosen.connect(part.versions.open_prompt)
    head.version_chosen.connect(part.versions.open)
    head.new_requested.connect(part.versions.new_prompt)
    head.delete_requested.connect(part.versions.delete_prompt)
    blocks.text_edited.connect(part.edit_block)
    blocks.too_long.connect(part.refuse_text)
    blocks.role_chosen.connect(lambda block_id, role: part.choose_role(block_id, Role(role)))
    blocks.move_requested.connect(part.move_block)
    blocks.remove_requested.connect(part.remove_block)
    blocks.add_requested.connect(lambda role: part.add_block(Role(role)))


def _connect_sections(panel: EditorPanel, part: EditorPart) -> None:
    panel.variables.value_edited.connect(part.edit_value)
    form, examples = panel.examples, part.examples
    form.selection_chosen.connect(lambda value: examples.choose_selection(ExampleSelection(value) if value else None))
    form.count_chosen.connect(examples.choose_count)
    form.seed_chosen.connect(examples.choose_seed)
    form.in_form_chosen.connect(examples.put_in_form)
    form.ticked.connect(examples.tick)
    form.added.connect(examples.add_typed)
    form.edited.connect(examples.edit)
    form.removed.connect(examples.remove)
    form.file_chosen.connect(examples.read_file)
    form.dataset_chosen.connect(examples.read_dataset)
    form.datasets_requested.connect(lambda: form.show_datasets(examples.dataset_names()))
    panel.reasoning.switched.connect(part.switch_reasoning)
    panel.reasoning.edited.connect(lambda field, value: part.edit_reasoning(**{field: value}))
    panel.schema.edited.connect(part.edit_schema)
    settings = panel.settings
    settings.options.option_changed.connect(part.set_option)
    settings.options.reset_requested.connect(part.reset_options)
    settings.preset_chosen.connect(part.presets.choose)
    settings.preset_saved.connect(part.presets.save)
    settings.preset_deleted.connect(part.presets.delete)
    settings.presets_requested.connect(part.presets.list_again)
    panel.preview.model_chosen.connect(part.preview.choose_model)
