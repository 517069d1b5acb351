"""Which questions are shown, what can be done with them as a whole, and what they amount to."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.datasets.test_sets.store import SetEntry
from workbench.naming import counted
from workbench.ui.compare.describing import short_name
from workbench.ui.compare.naming_panel import NamingPanel
from workbench.ui.compare.sets_state import SetsState
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.question_bar import QuestionBar
from workbench.ui.widgets.undo_bar import UndoBar

_MOST_LINES = 3
_ROOMY, _NARROWEST = 820, 480


class QuestionsHead(QWidget):
    set_chosen = Signal(str)
    file_requested = Signal()
    folder_requested = Signal()
    retrieval_set_chosen = Signal(str, str)
    new_requested = Signal()
    save_requested = Signal()
    add_to_set_chosen = Signal(str)
    rename_requested = Signal()
    delete_confirmed = Signal()
    export_requested = Signal()
    version_chosen = Signal(str)
    named = Signal(str)
    naming_left = Signal()
    write_requested = Signal()
    metric_requested = Signal(str)
    undo_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = SetsState()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: SetsState) -> None:
        self._state = state
        self._show_sources(state)
        self._save.setVisible(bool(state.file))
        self._add_to.setVisible(bool(state.file and state.entries))
        self._counts.setText(state.counts if state.questions or state.left_out else "")
        self._counts.setVisible(bool(self._counts.text()))
        self._show_lines(state)
        self._naming.show_state(state)
        if not state.can_edit:
            self._confirm.ask("")
        self._fit()
        self._undo_bar.say(state.undo)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window what the menus have too is only there."""
        has_room = self.width() >= _ROOMY
        self._new.setVisible(has_room)
        self._write.setVisible(has_room)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(super().minimumSizeHint().width(), _NARROWEST), super().minimumSizeHint().height())

    def ask_to_delete(self) -> None:
        """A whole set is not deleted by one click."""
        question = self.tr("Delete the test set “{}” with {}? What comparisons used stays.")
        self._confirm.ask(question.format(self._state.name, counted(len(self._state.questions), "question")))

    def _show_sources(self, state: SetsState) -> None:
        with QSignalBlocker(self._sources):
            self._sources.clear()
            if state.file:
                kind = f" ({state.file_format})" if state.file_format else ""
                self._sources.addItem(self.tr("{}{} · not saved").format(short_name(state.file), kind), "")
            for entry in state.entries:
                self._sources.addItem(_line(entry), entry.name)
            chosen = 0 if state.file else self._sources.findData(state.name) if state.name else -1
            self._sources.setCurrentIndex(chosen)
            if state.version:
                self._sources.setItemText(chosen, f"{state.name} · {self._version_words(state)}")
        self._sources.setEnabled(self._sources.count() > 0)
        reading = self.tr("Reading…") if state.is_reading else self.tr("No questions yet")
        self._sources.setPlaceholderText(reading)

    def _version_words(self, state: SetsState) -> str:
        used = next((one.used for one in state.versions if one.content_hash == state.version), "")
        return self.tr("as used {}").format(_when(used))

    def _show_lines(self, state: SetsState) -> None:
        """What is wrong comes first, then what is worth knowing."""
        lines = [*state.warnings, *state.notes]
        shown = state.left_out[:_MOST_LINES]
        rest = len(state.left_out) - len(shown)
        left = [self.tr("Left out: {}").format("; ".join(shown) + (f"; … {rest} more" if rest > 0 else ""))]
        self._lines.setText("\n".join([*lines, *(left if shown else [])]))
        self._lines.setToolTip("\n".join(state.left_out[:40]))
        self._lines.setVisible(bool(self._lines.text()) and not state.writing.is_open)
        self._metric.setVisible(bool(state.metric))
        self._metric.setText(self.tr("Score with “{}”").format(state.metric))
        self._metric.setAccessibleName(self._metric.text())

    def _build_widgets(self) -> None:
        self._sources = ElidedComboBox(self, "compare_sets", self.tr("Questions that are shown"), fewest=18)
        self._save = named_button(self, "compare_set_save", self.tr("Save as a set"), "primary", icon="check")
        self._add_to = named_button(self, "compare_set_add_to", self.tr("Add to a set"), icon="plus")
        self._import = named_button(self, "compare_import", self.tr("Import"), icon="download")
        self._write = named_button(self, "compare_write", self.tr("Write from documents…"), icon="documents")
        self._more = named_button(
            self, "compare_set_more", "", "quiet", spoken=self.tr("More about these questions"), icon="more"
        )
        self._more.setToolTip(self._more.accessibleName())
        self._new = named_button(self, "compare_set_new", self.tr("New set"), icon="plus")
        self._counts, self._lines = QLabel(self), QLabel(self)
        self._counts.setObjectName("compare_counts")
        self._lines.setObjectName("compare_question_notes")
        for label, role in ((self._counts, "field"), (self._lines, "muted")):
            set_role(label, role)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._metric = QPushButton(self)
        self._metric.setObjectName("compare_use_metric")
        set_role(self._metric, "link")
        self._confirm = QuestionBar(self.tr("the test set"), self)
        self._naming = NamingPanel(self)
        self._undo_bar = UndoBar("compare_removed", self, tip=self.tr("Ctrl+Z"))

    def _build_layout(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(6)
        bar.addWidget(self._sources, 1)
        for button in (self._save, self._add_to, self._new, self._import, self._write, self._more):
            bar.addWidget(button)
        counts = QHBoxLayout()
        counts.addWidget(self._counts, 1)
        counts.addWidget(self._metric)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(bar)
        for widget in (self._naming, self._confirm, self._undo_bar):
            column.addWidget(widget)
        column.addLayout(counts)
        column.addWidget(self._lines)

    def _connect(self) -> None:
        self._sources.activated.connect(self._on_source)
        self._save.clicked.connect(self.save_requested)
        self._add_to.clicked.connect(self._on_add_to)
        self._new.clicked.connect(self.new_requested)
        self._import.clicked.connect(self._on_import)
        self._write.clicked.connect(self.write_requested)
        self._more.clicked.connect(self._on_more)
        self._naming.named.connect(self.named)
        self._naming.left.connect(self.naming_left)
        self._confirm.confirmed.connect(self.delete_confirmed)
        self._confirm.kept.connect(partial(self._confirm.ask, ""))
        self._undo_bar.undo_requested.connect(self.undo_requested)
        self._metric.clicked.connect(self._on_metric)

    @Slot(int)
    def _on_source(self, index: int) -> None:
        if name := self._sources.itemData(index):
            self.set_chosen.emit(name)

    @Slot()
    def _on_metric(self) -> None:
        self.metric_requested.emit(self._state.metric)

    @Slot()
    def _on_import(self) -> None:
        menu = self._menu("compare_import_menu")
        menu.addAction(self.tr("A file: CSV, Excel, JSON, promptfoo, SQuAD…"), self.file_requested.emit)
        menu.addAction(self.tr("A BEIR folder…"), self.folder_requested.emit)
        if self._state.retrieval_sets:
            inner = menu.addMenu(self.tr("A retrieval test set of a collection"))
            for collection, name in self._state.retrieval_sets:
                text = f"{collection} · {name}".replace("&", "&&")
                inner.addAction(text, partial(self.retrieval_set_chosen.emit, collection, name))
        menu.addSeparator()
        menu.addAction(self.tr("Have a model write them from documents…"), self.write_requested.emit)
        self._open(menu, self._import)

    @Slot()
    def _on_add_to(self) -> None:
        menu = self._menu("compare_add_to_menu")
        for entry in self._state.entries:
            menu.addAction(entry.name.replace("&", "&&"), partial(self.add_to_set_chosen.emit, entry.name))
        self._open(menu, self._add_to)

    @Slot()
    def _on_more(self) -> None:
        state, menu = self._state, self._menu("compare_set_menu")
        menu.addAction(self.tr("New set…"), self.new_requested.emit)
        menu.addAction(self.tr("Export…"), self.export_requested.emit).setEnabled(bool(state.questions))
        if state.name:
            self._add_versions(menu.addMenu(self.tr("Versions that comparisons used")), state)
            for text, action in ((self.tr("Rename…"), self.rename_requested.emit),
                                 (self.tr("Delete the set…"), self.ask_to_delete)):  # fmt: skip
                menu.addAction(text, action).setEnabled(state.can_edit)
        self._open(menu, self._more)

    def _add_versions(self, menu: QMenu, state: SetsState) -> None:
        menu.setObjectName("compare_versions_menu")
        menu.setEnabled(bool(state.versions))
        now = menu.addAction(self.tr("As it is now"), partial(self.version_chosen.emit, ""))
        choices: list[tuple[str, Callable[[], None]]] = [
            (
                f"{_when(one.used)} · {counted(one.questions, 'question')} · {one.content_hash[:8]}",
                partial(self.version_chosen.emit, one.content_hash),
            )
            for one in state.versions
        ]
        actions = [now, *(menu.addAction(text, action) for text, action in choices)]
        hashes = ["", *(one.content_hash for one in state.versions)]
        for action, content_hash in zip(actions, hashes, strict=True):
            action.setCheckable(True)
            action.setChecked(content_hash == state.version)

    def _menu(self, name: str) -> QMenu:
        menu = QMenu(self)
        menu.setObjectName(name)
        return menu

    def _open(self, menu: QMenu, button: QPushButton) -> None:
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def _line(entry: SetEntry) -> str:
    waiting = f", {entry.waiting} to look at" if entry.waiting else ""
    return f"{entry.name} · {counted(entry.accepted, 'question')}{waiting}"


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ")
