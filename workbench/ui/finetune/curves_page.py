"""Loss curves of several trainings over each other, and in what their settings differ."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.finetune.curves import Axis, Measure, Setting, as_csv
from workbench.ui.finetune.curves_state import CurvesState
from workbench.ui.theme import set_role
from workbench.ui.widgets.file_dialogs import SaveDialog
from workbench.ui.widgets.line_chart import Line, LineChart
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable


class CurvesPage(QWidget):
    back_requested = Signal()
    curve_chosen = Signal(str, bool)
    axis_chosen = Signal(object)
    measure_chosen = Signal(object, bool)

    _settings: RecordTableModel[Setting]
    _table: RecordTable[Setting]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = CurvesState()
        self._compared: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_curves(self, state: CurvesState) -> None:
        self._state = state
        self._show_names(state)
        with QSignalBlocker(self._axis):
            self._axis.setCurrentIndex(self._axis.findData(state.axis))
        self._axis.setEnabled(state.can_show_tokens)
        for measure, box in self._measures.items():
            with QSignalBlocker(box):
                box.setChecked(measure in state.measures)
        chart = self._charts[state.axis]
        for axis, each in self._charts.items():
            each.setVisible(axis is state.axis)
        chart.show_lines(_lines(state))
        self._note.setText(self._note_text(state))
        self._note.setVisible(bool(self._note.text()))
        self._show_differences(state)
        for button in (self._copy, self._png):
            button.setEnabled(bool(state.shown))

    def _show_names(self, state: CurvesState) -> None:
        names = [curve.name for curve in state.curves]
        with QSignalBlocker(self._names):
            if [self._names.item(n).text() for n in range(self._names.count())] != names:
                self._names.clear()
                for name in names:
                    self._names.addItem(QListWidgetItem(name))
            for number, name in enumerate(names):
                item = self._names.item(number)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(Qt.CheckState.Checked if name in state.chosen else Qt.CheckState.Unchecked)

    def _show_differences(self, state: CurvesState) -> None:
        names = tuple(curve.name for curve in state.shown)
        if names != self._compared:  # other trainings are other columns
            self._compared = names
            before = self._table
            self._settings, self._table = self._build_table(names)
            self._drawn.replaceWidget(before, self._table)
            before.setParent(None)
            before.deleteLater()
        self._settings.show(state.differences)
        self._table.resizeColumnsToContents()

    def _build_table(self, names: tuple[str, ...]) -> tuple[RecordTableModel[Setting], RecordTable[Setting]]:
        """In what trainings of these names differ."""
        last = len(names) - 1
        settings = RecordTableModel[Setting](
            (
                Column(self.tr("Setting"), lambda s: s.name, stretch=not names),
                *(Column(name, partial(_value, n), stretch=n == last) for n, name in enumerate(names)),
            ),
            key=lambda s: s.name,
        )
        table = RecordTable(settings, parent=self)
        table.setObjectName("curves_differences")
        table.setAccessibleName(self.tr("Settings in which the trainings differ"))
        alike = self.tr("Their settings are the same.")
        choose = self.tr("Choose two or more: in what they differ is shown here.")
        table.set_empty_text(alike if len(names) > 1 else choose)
        return settings, table

    def _note_text(self, state: CurvesState) -> str:
        if state.is_reading:
            return self.tr("Reading the figures…")
        if not state.curves:
            return self.tr("No training left its figures here yet.")
        if state.without:
            return self.tr("Without figures: {}.").format(", ".join(state.without))
        return ""

    def _build_widgets(self) -> None:
        self._back = named_button(self, "curves_back", self.tr("‹ Adapters"), "link")
        self._title, self._note = QLabel(self.tr("Losses over each other"), self), QLabel(self)
        set_role(self._title, "subtitle")
        set_role(self._note, "muted")
        self._note.setWordWrap(True)
        self._note.setObjectName("curves_note")
        self._names = QListWidget(self)
        self._names.setObjectName("curves_names")
        self._names.setAccessibleName(self.tr("Trainings whose curves are shown"))
        self._names.setFixedWidth(190)
        self._axis = QComboBox(self)
        self._axis.setObjectName("curves_axis")
        self._axis.setAccessibleName(self.tr("What the curves are drawn over"))
        self._axis.addItem(self.tr("by step"), Axis.STEPS)
        self._axis.addItem(self.tr("by token"), Axis.TOKENS)
        self._axis.setToolTip(self.tr("By token is fair between trainings whose batches or rows differ in length."))
        words = {Measure.TRAINED: self.tr("Trained rows"), Measure.HELD_OUT: self.tr("Held-out rows")}
        self._measures = {measure: self._box(f"curves_{measure}", text) for measure, text in words.items()}
        self._copy = named_button(self, "curves_copy", self.tr("Copy figures"))
        self._copy.setToolTip(self.tr("All steps as CSV, for a spreadsheet."))
        self._png = named_button(self, "curves_png", self.tr("Save picture…"))
        titles = {Axis.STEPS: self.tr("step"), Axis.TOKENS: self.tr("tokens")}
        self._charts = {axis: LineChart(title, self.tr("loss"), self) for axis, title in titles.items()}
        self._settings, self._table = self._build_table(())

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        for widget in (*self._measures.values(), self._axis, self._copy, self._png):
            head.addWidget(widget)
        self._drawn = QVBoxLayout()
        for chart in self._charts.values():
            self._drawn.addWidget(chart, 3)
        self._drawn.addWidget(self._table, 2)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(self._names)
        both.addLayout(self._drawn, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._note)
        column.addLayout(both, 1)

    def _connect(self) -> None:
        self._back.clicked.connect(self.back_requested)
        self._names.itemChanged.connect(self._on_item)
        self._axis.currentIndexChanged.connect(lambda index: self.axis_chosen.emit(Axis(self._axis.itemData(index))))
        for measure, box in self._measures.items():
            box.toggled.connect(partial(self.measure_chosen.emit, measure))
        self._copy.clicked.connect(self._on_copy)
        self._png.clicked.connect(self._on_png)

    @Slot(QListWidgetItem)
    def _on_item(self, item: QListWidgetItem) -> None:
        self.curve_chosen.emit(item.text(), item.checkState() is Qt.CheckState.Checked)

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(as_csv(self._state.shown))

    @Slot()
    def _on_png(self) -> None:
        dialog = SaveDialog(self, self.tr("Save the picture"), "curves_dialog", [self.tr("Pictures (*.png)")])
        dialog.selectFile("losses.png")
        dialog.fileSelected.connect(self._save_picture)
        dialog.open()

    @Slot(str)
    def _save_picture(self, path: str) -> None:
        if not self._charts[self._state.axis].grab().save(path, "PNG"):
            self._note.setText(self.tr("The picture could not be written to {}.").format(Path(path).parent))
            self._note.show()

    def _box(self, name: str, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        box.setObjectName(name)
        box.setAccessibleName(text)
        return box


def _lines(state: CurvesState) -> list[Line]:
    """A colour per training; held-out losses dashed."""
    lines = []
    for number, curve in enumerate(state.curves):
        if curve.name not in state.chosen:
            continue
        if Measure.TRAINED in state.measures:
            lines.append(Line(curve.name, curve.points(Measure.TRAINED, state.axis), series=number))
        points = curve.points(Measure.HELD_OUT, state.axis) if Measure.HELD_OUT in state.measures else ()
        if points:
            lines.append(Line(f"{curve.name}, held-out", points, series=number, dashed=True))
    return lines


def _value(place: int, setting: Setting) -> str:
    return setting.values[place] if place < len(setting.values) else ""
