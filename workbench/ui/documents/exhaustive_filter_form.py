"""Which passages the model reads, and how many these are."""

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QSlider, QWidget

from workbench.rag.exhaustive_filter import FilterKind
from workbench.ui.documents.exhaustive_state import ExhaustiveState, ReadingPhase
from workbench.ui.theme import set_role
from workbench.ui.widgets.choice_button import ChoiceButton
from workbench.ui.widgets.days_fields import DaysFields
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.wrapping_row import WrappingRow

_KINDS = {
    FilterKind.WORDS_OR_MEANING: "Passages with these words or a near meaning",
    FilterKind.WORDS: "Only passages with these words",
    FilterKind.NONE: "Every passage (slow, misses nothing)",
}
_COUNT_AFTER_MS = 600


class ExhaustiveFilterForm(QWidget):
    changed = Signal(dict)
    """Fields of `PassageFilter`."""
    documents_changed = Signal(dict)
    """Fields of `DocumentFilter`."""
    count_wanted = Signal()
    """The user stopped typing, or documents came: how many passages pass?"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ExhaustiveState()
        self._asked_for: tuple[object, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, state: ExhaustiveState) -> None:
        passes = state.passes
        with QSignalBlocker(self._kind), QSignalBlocker(self._likeness), QSignalBlocker(self._words):
            self._kind.setCurrentIndex(self._kind.findData(passes.kind.value))
            self._likeness.setValue(round(passes.likeness * 100))
            # The filter knows the words without spaces around them: one that was just typed must stay.
            if self._words.text().strip() != passes.words:
                self._words.setText(passes.words)
        for widget in (self._kind, self._words, self._likeness):
            widget.setEnabled(state.is_free)
        has_words, has_meaning = passes.kind is not FilterKind.NONE, passes.kind is FilterKind.WORDS_OR_MEANING
        self._words_label.setVisible(has_words)
        self._words.setVisible(has_words)
        for about_meaning in (self._near, self._likeness, self._wide):
            about_meaning.setVisible(has_meaning)
        self._count.setText(self._count_words(state))
        self._folders.show_choices([(name, name) for name in state.folders], state.wanted.folders)
        self._folders.setEnabled(state.is_free and bool(state.folders or state.wanted.folders))
        self._days.show_days(state.wanted.since, state.wanted.until)
        self._days.setEnabled(state.is_free)
        self._state = state
        self._look_whether_to_count()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._look_whether_to_count()

    def _look_whether_to_count(self) -> None:
        """While files are indexed the count grows old with each: it is only kept up for somebody who sees it."""
        state = self._state
        wanted = (state.question.strip(), state.passes.words, state.wanted, state.contents)
        if not wanted[0]:
            self._asked_for = ()
        elif state.counted is None and wanted != self._asked_for and self.isVisible():
            self._asked_for = wanted
            self._timer.start()

    def _count_words(self, state: ExhaustiveState) -> str:
        if state.counted is not None and state.passing is not None:
            return self.tr("lets {:,} of {:,} passages through").format(state.passing, state.counted.chunks)
        if state.phase is ReadingPhase.COUNTING:
            return self.tr("Counting…")
        return ""

    def _build_widgets(self) -> None:
        self._kind = ElidedComboBox(self)
        self._kind.setObjectName("filter_kind")
        self._kind.setMinimumContentsLength(14)
        self._kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._kind.setAccessibleName(self.tr("Which passages are read"))
        for kind, words in _KINDS.items():
            self._kind.addItem(self.tr(words), kind.value)
        self._words_label = QLabel(self.tr("Look for"), self)
        self._words = QLineEdit(self)
        self._words.setObjectName("filter_words")
        self._words.setAccessibleName(self.tr("Words to look for"))
        self._words.setPlaceholderText(self.tr("the words of the question"))
        self._likeness = QSlider(Qt.Orientation.Horizontal, self)
        self._likeness.setObjectName("filter_likeness")
        self._likeness.setAccessibleName(self.tr("How near in meaning"))
        self._likeness.setToolTip(self.tr("Cosine similarity to the question that is enough without the words"))
        self._likeness.setRange(0, 80)
        self._likeness.setInvertedAppearance(True)
        self._likeness.setInvertedControls(True)
        self._near, self._wide = QLabel(self.tr("near"), self), QLabel(self.tr("wide"), self)
        self._count = QLabel(self)
        self._count.setObjectName("filter_count")
        for label in (self._words_label, self._near, self._wide):
            set_role(label, "muted")
        set_role(self._count, "field-small")
        self._folders = ChoiceButton("reading_folders", self.tr("All folders"), self.tr("Folders that are read"), self)
        self._days = DaysFields("reading_", self)
        self._timer = QTimer(self, singleShot=True, interval=_COUNT_AFTER_MS)

    def _build_layout(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        label = QLabel(self.tr("Read"), self)
        set_role(label, "muted")
        grid.addWidget(label, 0, 0)
        grid.addWidget(self._kind, 0, 1)
        meaning = QHBoxLayout()
        meaning.setSpacing(6)
        meaning.addWidget(self._near)
        meaning.addWidget(self._likeness, 1)
        meaning.addWidget(self._wide)
        grid.addLayout(meaning, 0, 2)
        grid.addWidget(self._words_label, 1, 0)
        grid.addWidget(self._words, 1, 1)
        grid.addWidget(self._count, 1, 2)
        where = QLabel(self.tr("From"), self)
        set_role(where, "muted")
        grid.addWidget(where, 2, 0)
        grid.addLayout(WrappingRow([self._folders, self._days], spacing=10), 2, 1, 1, 2)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 1)
        grid.setColumnMinimumWidth(2, 150)

    def _connect(self) -> None:
        self._kind.activated.connect(self._on_kind)
        self._words.textChanged.connect(lambda text: self.changed.emit({"words": text.strip()}))
        self._likeness.valueChanged.connect(lambda value: self.changed.emit({"likeness": value / 100}))
        self._folders.ticked.connect(lambda names: self.documents_changed.emit({"folders": names}))
        self._days.changed.connect(self.documents_changed)
        self._timer.timeout.connect(self.count_wanted)

    @Slot(int)
    def _on_kind(self, index: int) -> None:
        self.changed.emit({"kind": FilterKind(self._kind.itemData(index))})
