"""The page "Improve search": an embedder that learns from the user's questions, and whether it helped."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.rag.embedding_tuning.tuning_store import TuningEntry
from workbench.ui import icons
from workbench.ui.documents.state import DocumentsState
from workbench.ui.documents.tuning_presenter import TuningPresenter
from workbench.ui.documents.tuning_result import TuningResult
from workbench.ui.documents.tuning_state import TuningState
from workbench.ui.theme import set_role
from workbench.ui.widgets.job_strip import JobStrip
from workbench.ui.widgets.line_chart import Line, LineChart
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.page_scroller import PageScroller
from workbench.ui.widgets.section import Section
from workbench.ui.widgets.trouble_card import TroubleCard


class TuningPage(QWidget):
    presenter: TuningPresenter
    """Held here: signals alone keep nobody alive."""
    tab_shown = Signal(object)
    """A `DocumentsState`."""
    shown = Signal()
    set_chosen = Signal(str, bool)
    thumbs_chosen = Signal(bool)
    changed = Signal(str, object)
    """A field of `TuningConfig` and its value."""
    tune_requested = Signal()
    history_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sets: dict[str, QCheckBox] = {}
        self._entries: tuple[TuningEntry, ...] = ()
        self._build_widgets()
        self._build_settings()
        self._build_layout()
        self._connect()

    def show_tab(self, state: DocumentsState) -> None:
        """The tab shows another collection, or other documents of it."""
        self.tab_shown.emit(state)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def show_state(self, state: TuningState) -> None:
        self._trouble.show_trouble(state.trouble)
        self._show_sources(state)
        self._show_settings(state)
        self._tune.setEnabled(not state.not_ready and state.running is None)
        self._tune.setText(self.tr("Go on") if state.was_stopped else self.tr("Tune"))
        self._reason.setText(state.not_ready)
        self._entries = state.history
        self._history.setEnabled(bool(state.history))
        self.strip.show_running(state.running)
        self._chart.setVisible(len(state.losses) > 0 and state.report is None)
        self._chart.show_lines([Line(self.tr("Mistakes (loss)"), state.losses)], x_end=float(state.steps))
        self.result.show_state(state)

    def _show_sources(self, state: TuningState) -> None:
        names = [entry.name for entry in state.sets]
        if names != list(self._sets):
            for box in self._sets.values():
                self._set_column.removeWidget(box)
                box.deleteLater()
            self._sets = {}
            for name in names:
                box = QCheckBox(self)
                box.setObjectName(f"tuning_set_{name}")
                box.toggled.connect(partial(self.set_chosen.emit, name))
                self._sets[name] = box
                self._set_column.addWidget(box)
        for entry in state.sets:
            box = self._sets[entry.name]
            box.setText(self.tr("{} ({} questions)").format(entry.name, entry.accepted))
            with QSignalBlocker(box):
                box.setChecked(entry.name in state.chosen)
            box.setEnabled(state.running is None)
        self._no_sets.setVisible(not names)
        self._thumbs.setText(self.tr("Thumbs on passages: {} up, {} down").format(state.ups, state.downs))
        with QSignalBlocker(self._thumbs):
            self._thumbs.setChecked(state.thumbs)
        self._thumbs.setEnabled(state.running is None and bool(state.ups or state.downs))
        words = self.tr("{} questions about {} documents. A third is held out, by document, to judge the result.")
        self._count.setText(words.format(state.questions, state.documents) if state.questions else "")
        self._count.setVisible(bool(self._count.text()))

    def _show_settings(self, state: TuningState) -> None:
        for name, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setValue(getattr(state.config, name))
            box.setEnabled(state.running is None)
        rate = round(state.config.learning_rate * 1e5, 3)
        with QSignalBlocker(self._rate):
            self._rate.setValue(rate)
        self._rate.setEnabled(state.running is None)
        config = state.config
        summary = self.tr("{} rounds, {} questions a step, {} misleading passages each")
        self._settings.show_summary(summary.format(config.epochs, config.batch_size, config.negatives))

    def _build_widgets(self) -> None:
        self.setObjectName("tuning_page")
        self._page = QWidget(self)
        self._about = QLabel(
            self.tr(
                "When documents are very much alike, a general embedder mixes them up. It can learn from questions "
                "whose sources are known. It is used only if it then finds more on questions about documents that it "
                "has not learned from."
            ),
            self._page,
        )
        self._trouble = TroubleCard("tuning_trouble", self._page)
        self._card = QFrame(self._page)
        set_role(self._card, "panel")
        self._title = QLabel(self.tr("What it learns from"), self._card)
        set_role(self._title, "subtitle")
        self._no_sets = QLabel(
            self.tr("There is no test set yet. Write questions, or have a model write them, on the page “Measure”."),
            self._card,
        )
        self._count, self._reason = QLabel(self._card), QLabel(self._card)
        for label, role in (
            (self._about, "muted"),
            (self._no_sets, "muted"),
            (self._count, "small"),
            (self._reason, "muted"),
        ):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            set_role(label, role)
        self._reason.setObjectName("tuning_reason")
        self._set_column = QVBoxLayout()
        self._thumbs = QCheckBox(self._card)
        self._thumbs.setObjectName("tuning_thumbs")
        self._tune = QPushButton(self.tr("Tune"), self._card)
        self._tune.setObjectName("tuning_start")
        set_role(self._tune, "primary")
        icons.set_icon(self._tune, "play", "on_accent", 14)
        self._history = named_button(
            self._card, "tuning_history", self.tr("Earlier"), spoken=self.tr("Earlier tunings")
        )
        self._chart = LineChart(self.tr("Step"), self.tr("Mistakes (loss)"), self._page)
        self._chart.setMinimumHeight(220)
        self.result = TuningResult(self._page)
        self.strip = JobStrip(self)

    def _build_settings(self) -> None:
        body = QWidget(self._card)
        form = QFormLayout(body)
        form.setContentsMargins(20, 4, 0, 4)
        self._boxes: dict[str, QSpinBox] = {}
        for name, text, low, high in (
            ("epochs", self.tr("How often each question is seen"), 1, 50),
            ("batch_size", self.tr("Questions per step"), 2, 512),
            ("negatives", self.tr("Misleading passages per question"), 0, 8),
            ("seed", self.tr("Seed"), 0, 2**31 - 1),
        ):
            box = QSpinBox(body)
            box.setObjectName(f"tuning_{name}")
            box.setAccessibleName(text)
            box.setRange(low, high)
            box.setFixedWidth(140)
            box.valueChanged.connect(partial(self.changed.emit, name))
            self._boxes[name] = box
            form.addRow(text, box)
        self._rate = QDoubleSpinBox(body)
        self._rate.setObjectName("tuning_rate")
        self._rate.setAccessibleName(self.tr("Learning rate, in hundred thousandths"))
        self._rate.setRange(0.001, 1000)
        self._rate.setDecimals(3)
        self._rate.setSuffix(" · 10⁻⁵")
        self._rate.setFixedWidth(140)
        self._rate.valueChanged.connect(lambda value: self.changed.emit("learning_rate", value / 1e5))
        form.insertRow(2, self.tr("Learning rate"), self._rate)
        self._settings = Section("tuning_settings", self.tr("Settings"), body, self._card)

    def _build_layout(self) -> None:
        foot = QHBoxLayout()
        foot.addWidget(self._history)
        foot.addWidget(self._reason, 1)
        foot.addWidget(self._tune)
        card = QVBoxLayout(self._card)
        card.setContentsMargins(16, 12, 16, 12)
        card.setSpacing(8)
        card.addWidget(self._title)
        card.addWidget(self._no_sets)
        card.addLayout(self._set_column)
        card.addWidget(self._thumbs)
        card.addWidget(self._count)
        card.addWidget(self._settings)
        card.addLayout(foot)
        page = QVBoxLayout(self._page)
        page.setContentsMargins(0, 0, 4, 0)
        page.setSpacing(10)
        page.addWidget(self._about)
        page.addWidget(self._trouble)
        page.addWidget(self._card)
        page.addWidget(self.result)
        page.addWidget(self._chart)
        page.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(PageScroller(self._page, self), 1)
        column.addWidget(self.strip)

    def _connect(self) -> None:
        self._thumbs.toggled.connect(self.thumbs_chosen)
        self._tune.clicked.connect(self.tune_requested)
        self._history.clicked.connect(self._on_history)

    def _on_history(self) -> None:
        menu = QMenu(self)
        menu.setObjectName("tuning_history_menu")
        for entry in self._entries[:30]:
            text = f"{entry.created[:16].replace('T', ' ')} · {entry.sentence[:80]}"
            menu.addAction(text.replace("&", "&&"), partial(self.history_requested.emit, entry.id))
        menu.popup(self._history.mapToGlobal(self._history.rect().bottomLeft()))


def wire(page: TuningPage, presenter: TuningPresenter) -> None:
    """Connect what the user does to the presenter, and show what it decides."""
    page.presenter = presenter
    page.tab_shown.connect(presenter.show_collection)
    page.shown.connect(presenter.refresh)
    page.set_chosen.connect(presenter.choose_set)
    page.thumbs_chosen.connect(presenter.choose_thumbs)
    page.changed.connect(presenter.change)
    page.tune_requested.connect(presenter.tune)
    page.history_requested.connect(presenter.open_tuning)
    page.strip.stop_requested.connect(presenter.stop)
    page.result.use_requested.connect(presenter.use)
    page.result.undo_requested.connect(presenter.undo)
    presenter.start(page)
