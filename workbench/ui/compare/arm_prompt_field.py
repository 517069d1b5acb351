"""The prompt of an arm: none, a file, or a saved prompt in one of its versions."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workbench.compare.arm_checks import find_version
from workbench.compare.arm_spec import SAVED_PROMPT, saved_prompt
from workbench.compare.stock import Stock, written_prompt
from workbench.llm.types import Role
from workbench.playground.template import variables_of
from workbench.playground.types import QUESTION, PromptVersion
from workbench.ui.compare.choice_box import FILE, Choice, ChoiceBox
from workbench.ui.compare.describing import short_name
from workbench.ui.widgets.file_dialogs import OpenDialog
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.wrapped_label import WrappedLabel

_PREVIEW = 160
"""Characters of a prompt that are shown."""


class ArmPromptField(QWidget):
    changed = Signal(str)
    """What the arm calls its prompt."""
    version_requested = Signal(str)
    """This version shall be opened where prompts are written."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stock = Stock()
        self._written = ""
        self._version: PromptVersion | None = None
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_prompt(self, written: str, stock: Stock) -> None:
        self._written, self._stock = written, stock
        self._version = find_version(stock, written)
        names = dict.fromkeys(version.prompt_name for version in stock.prompts)
        choices = [Choice(self.tr("none"), ""), *(Choice(name, f"{SAVED_PROMPT}{name}") for name in names)]
        named = saved_prompt(written)
        if named is not None:
            name = self._version.prompt_name if self._version else named[0]
            chosen = f"{SAVED_PROMPT}{name}"
            choices += [Choice(name, chosen)] if name not in names else []
        else:
            chosen = written
            choices += [Choice(short_name(written), written, written)] if written else []
        self._source.show_choices([*choices, Choice(self.tr("A file…"), FILE)], chosen)
        self._show_versions(named[1] if named and self._version else None, is_saved=named is not None)
        self._show_preview()

    def _show_versions(self, number: int | None, *, is_saved: bool) -> None:
        self._number.setVisible(is_saved)
        if not is_saved:
            return
        version = self._version
        same = [one for one in self._stock.prompts if version and one.prompt_name == version.prompt_name]
        choices = [Choice(self.tr("newest when it runs"), "")]
        choices += [Choice(one.label, str(one.number), one.note) for one in same]
        self._number.show_choices(choices, str(number or ""))

    def _show_preview(self) -> None:
        version = self._version
        for widget in (self._about, self._open):
            widget.setVisible(version is not None)
        if version is None:
            return
        self._about.setText(preview(version))
        self._about.setToolTip(
            "\n\n".join(f"{block.role}: {block.text}" for block in version.prompt.blocks if block.text)[:4000]
        )

    def _build_widgets(self) -> None:
        self._source = ChoiceBox("compare_arm_prompt", self.tr("Prompt"), self)
        self._number = ChoiceBox("compare_arm_prompt_version", self.tr("Version of the prompt"), self)
        self._about = WrappedLabel("", "small", self)
        self._about.setObjectName("compare_arm_prompt_preview")
        self._open = named_button(self, "compare_arm_open_prompt", self.tr("Open it in the Playground"), "link")

    def _build_layout(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self._source, 3)
        row.addWidget(self._number, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._about)
        column.addWidget(self._open, 0, Qt.AlignmentFlag.AlignLeft)

    def _connect(self) -> None:
        self._source.activated.connect(self._on_source)
        self._number.activated.connect(self._on_version)
        self._open.clicked.connect(self._on_open)

    @Slot()
    def _on_source(self) -> None:
        if self._source.value != FILE:
            self.changed.emit(self._source.value)
            return
        dialog = OpenDialog(self, self.tr("System prompt"), "compare_prompt_dialog")
        dialog.fileSelected.connect(self._on_file)
        dialog.rejected.connect(self._restore)
        dialog.open()

    @Slot(str)
    def _on_file(self, path: str) -> None:
        self.changed.emit(str(Path(path)))
        self._restore()

    @Slot()
    def _restore(self) -> None:
        self.show_prompt(self._written, self._stock)

    @Slot()
    def _on_version(self) -> None:
        version = self._version
        if version is None:
            return
        number = self._number.value
        chosen = self._stock.prompt(version.prompt_name, int(number) if number else None)
        if chosen is not None:
            self.changed.emit(written_prompt(chosen, pinned=bool(number)))

    @Slot()
    def _on_open(self) -> None:
        if self._version is not None:
            self.version_requested.emit(self._version.id)


def preview(version: PromptVersion) -> str:
    """Its note, the beginning of its text, and what it holds beside that."""
    prompt = version.prompt
    text = next((block.text for block in prompt.blocks if block.role is Role.SYSTEM and block.text.strip()), "")
    text = " ".join((text or next((block.text for block in prompt.blocks if block.text.strip()), "")).split())
    parts = [version.note.strip()] if version.note.strip() else []
    parts += [f"“{text[:_PREVIEW]}{'…' if len(text) > _PREVIEW else ''}”"] if text else []
    has = [f"{prompt.few_shot.count} examples of its own"] if prompt.few_shot and prompt.few_shot.shots else []
    has += ["thinks first"] if prompt.reasoning else []
    has += ["JSON"] if prompt.json_schema else []
    variables = [name for name in variables_of(prompt) if name != QUESTION]
    has += [f"asks for {', '.join(variables)}"] if variables else []
    return "\n".join([*parts, ", ".join(has)] if has else parts)
