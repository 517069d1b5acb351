"""How before and after shall be measured: which questions, by what, whether general abilities are asked too."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.datasets.readers import SUFFIXES
from workbench.finetune.evaluation.wording import metric_in_words
from workbench.ui.finetune.adapters_state import MeasureForm, Measuring
from workbench.ui.theme import set_role
from workbench.ui.widgets.elided_combo import ElidedComboBox
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.file_dialogs import OpenDialog, files_of
from workbench.ui.widgets.named_button import named_button

METRICS = ("exact_match", "token_f1", "label_accuracy", "numeric", "json_fields", "json_valid", "format_fields",
           "contains", "rouge_l", "chrf")  # fmt: skip
"""Those that judge an answer by its reference alone."""


class MeasureFormView(QFrame):
    test_chosen = Signal(int)
    metric_chosen = Signal(str)
    limit_chosen = Signal(int)
    general_wanted = Signal(bool)
    general_set_chosen = Signal(str)
    automatic_wanted = Signal(bool)
    start_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self._tests: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_form(self, form: MeasureForm, measuring: Measuring | None) -> None:
        tests = tuple(test.words for test in form.tests)
        with QSignalBlocker(self._test):
            if tests != self._tests:
                self._tests = tests
                self._test.clear()
                self._test.addItems(list(tests))
            self._test.setCurrentIndex(form.test)
        with QSignalBlocker(self._metric):
            self._metric.setCurrentIndex(max(0, self._metric.findData(form.metric)))
        with QSignalBlocker(self._limit):
            self._limit.setValue(form.limit)
        for box, is_on in ((self._general, form.general), (self._automatic, form.automatically)):
            with QSignalBlocker(box):
                box.setChecked(is_on)
        self._set_name.setText(form.general_path or self.tr("the set that comes with the program (135 questions)"))
        self._own_set.setVisible(bool(form.general_path))
        for widget in (self._set_name, self._choose_set, self._own_set):
            widget.setEnabled(form.general)
        self._start.setEnabled(form.can_start and measuring is None)

    def _build_widgets(self) -> None:
        self._test = ElidedComboBox(self, "measure_test", self.tr("Questions to test with"), fewest=0)
        self._metric = ElidedComboBox(self, "measure_metric", self.tr("How answers are judged"), fewest=0)
        self._metric.addItem(self.tr("Automatic"), "")
        self._metric.setToolTip(self.tr("Automatic: what fits the right answers (labels, numbers, JSON, words)"))
        for name in METRICS:
            self._metric.addItem(metric_in_words(name), name)
        self._limit = QSpinBox(self)
        self._limit.setObjectName("measure_limit")
        self._limit.setAccessibleName(self.tr("Test questions at most"))
        self._limit.setRange(10, 5000)
        self._limit.setSingleStep(50)
        self._limit.setPrefix(self.tr("at most "))
        self._general = self._box("measure_general", self.tr("Ask general abilities too, to see what it forgot:"))
        self._automatic = self._box("measure_automatically", self.tr("Measure every new adapter after its training"))
        self._set_name: ElidedLabel = ElidedLabel(parent=self)
        self._set_name.setObjectName("measure_general_set")
        set_role(self._set_name, "muted")
        self._choose_set = named_button(self, "measure_choose_set", self.tr("Other set…"))
        self._choose_set.setToolTip(
            self.tr("A CSV or JSONL file with the columns question, answer and category (the ability).")
        )
        self._own_set = named_button(self, "measure_own_set", self.tr("Ours again"))
        for button in (self._choose_set, self._own_set):
            set_role(button, "quiet")
        self._start = named_button(self, "measure_start", self.tr("Measure before and after"), "primary")

    def _build_layout(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        for title, widget, stretch in (
            (self.tr("Test with"), self._test, 3), ("", self._limit, 0), (self.tr("Judge by"), self._metric, 2)
        ):  # fmt: skip
            if title:
                label = QLabel(title, self)
                label.setBuddy(widget)
                first.addWidget(label)
            first.addWidget(widget, stretch)
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self._general)
        second.addWidget(self._set_name, 1)
        second.addWidget(self._own_set)
        second.addWidget(self._choose_set)
        third = QHBoxLayout()
        third.addWidget(self._automatic)
        third.addStretch(1)
        third.addWidget(self._start)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(8)
        for row in (first, second, third):
            column.addLayout(row)

    def _connect(self) -> None:
        self._test.currentIndexChanged.connect(self.test_chosen)
        self._metric.currentIndexChanged.connect(self._on_metric)
        self._limit.valueChanged.connect(self.limit_chosen)
        self._general.toggled.connect(self.general_wanted)
        self._automatic.toggled.connect(self.automatic_wanted)
        self._choose_set.clicked.connect(self._on_choose_set)
        self._own_set.clicked.connect(lambda: self.general_set_chosen.emit(""))
        self._start.clicked.connect(self.start_requested)

    @Slot(int)
    def _on_metric(self, index: int) -> None:
        self.metric_chosen.emit(self._metric.itemData(index))

    @Slot()
    def _on_choose_set(self) -> None:
        dialog = OpenDialog(
            self,
            self.tr("A set of general abilities"),
            "general_set_dialog",
            [files_of(self.tr("Questions"), SUFFIXES)],
        )
        dialog.fileSelected.connect(self.general_set_chosen)
        dialog.open()

    def _box(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        box.setAccessibleName(text)
        return box
