"""Opens the editor's dialogs: save, rename, branch, versions, import, export. None of them blocks."""

from PySide6.QtCore import QObject

from workbench.ui.playground.editor.name_dialog import NameDialog
from workbench.ui.playground.editor.presenter import EditorPart
from workbench.ui.playground.editor.state import EditorState
from workbench.ui.playground.editor.versions_dialog import VersionsDialog
from workbench.ui.playground.editor.view import EditorView
from workbench.ui.widgets.file_dialogs import OpenDialog, SaveDialog


class EditorDialogs(QObject):
    def __init__(self, view: EditorView, part: EditorPart) -> None:
        super().__init__(view)
        self._view, self._part = view, part
        self._versions: VersionsDialog | None = None
        view.save_requested.connect(self.open_save)
        view.versions_requested.connect(self.open_versions)
        view.head.rename_requested.connect(self.open_rename)
        view.head.branch_requested.connect(self.open_branch)
        view.head.import_requested.connect(self.open_import)
        view.head.export_requested.connect(self.open_export)
        view.state_shown.connect(self._on_state)

    def open_save(self) -> None:
        base = self._part.board.draft.base
        name = base.name if base is not None and not self._part.board.draft.is_edited else ""
        dialog = NameDialog(
            self.tr("Save"), self.tr("Name of the version"), name, self._view, asks_note=True, may_be_empty=True
        )
        dialog.named.connect(self._part.versions.save_named)
        dialog.open()

    def open_rename(self) -> None:
        name = self._part.board.draft.prompt_name
        dialog = NameDialog(self.tr("Rename"), self.tr("Name of the prompt"), name, self._view)
        dialog.named.connect(lambda name, _note: self._part.versions.rename_prompt(name))
        dialog.open()

    def open_branch(self) -> None:
        wanted = self._part.versions.free_name(self._part.board.draft.prompt_name)
        dialog = NameDialog(self.tr("Branch off"), self.tr("Name of the new prompt"), wanted, self._view)
        dialog.named.connect(lambda name, _note: self._part.versions.branch_draft(name))
        dialog.open()

    def open_versions(self) -> None:
        if self._versions is None:
            self._versions = dialog = VersionsDialog(self._view)
            versions = self._part.versions
            dialog.compared.connect(versions.compare)
            dialog.open_requested.connect(versions.open)
            dialog.renamed.connect(versions.rename_version)
            dialog.note_written.connect(versions.set_note)
            dialog.branch_requested.connect(self._on_branch)
        self._versions.show()
        self._versions.show_state(self._part.state)
        self._versions.begin()
        self._versions.raise_()
        self._versions.activateWindow()

    def open_import(self) -> None:
        kinds = [self.tr("Prompts (*.md *.prompty *.markdown *.yaml *.yml *.json)")]
        dialog = OpenDialog(self._view, self.tr("Import prompts"), "import_prompt_dialog", kinds)
        dialog.fileSelected.connect(self._part.files.read)
        dialog.open()

    def open_export(self) -> None:
        kinds = [self.tr("Markdown (*.md)"), self.tr("promptfoo (*.yaml)")]
        dialog = SaveDialog(self._view, self.tr("Export the prompt"), "export_prompt_dialog", kinds)
        dialog.selectFile(self._part.files.suggested_name())
        dialog.fileSelected.connect(self._part.files.write)
        dialog.open()

    def _on_branch(self, version_id: str) -> None:
        wanted = self._part.versions.free_name(self._part.board.draft.prompt_name)
        parent = self._versions or self._view
        dialog = NameDialog(self.tr("Branch off"), self.tr("Name of the new prompt"), wanted, parent)
        dialog.named.connect(lambda name, _note: self._part.versions.branch(version_id, name))
        dialog.open()

    def _on_state(self, state: EditorState) -> None:
        if self._versions is not None and self._versions.isVisible():
            self._versions.show_state(state)
