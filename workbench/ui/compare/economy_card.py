"""The user's numbers: how many answers, what an hour costs, how often documents change, which difference matters."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QLabel, QSpinBox, QVBoxLayout, QWidget

from workbench.compare.economy import Economy
from workbench.ui.theme import set_role
from workbench.ui.widgets.column_layout import ColumnLayout

_NO_PRICE = -0.01
"""What the field of the price holds where there is none; shown as words."""


class EconomyCard(QFrame):
    economy_changed = Signal(str, object)
    margin_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_economy(self, economy: Economy, margin: float, *, can_decide_again: bool) -> None:
        hour = _NO_PRICE if economy.dollars_per_hour is None else economy.dollars_per_hour
        shown = (
            (self._answers, economy.questions_per_month),
            (self._months, economy.months),
            (self._hour, hour),
            (self._updates, economy.updates_per_month),
            (self._changed, 100 * economy.changed_share),
            (self._margin, 100 * margin),
        )
        for box, value in shown:
            with QSignalBlocker(box):
                box.setValue(value)  # type: ignore[arg-type]
        self._margin.setEnabled(can_decide_again)

    def _build_widgets(self) -> None:
        set_role(self, "panel")
        self._title = QLabel(self.tr("Your numbers"), self)
        set_role(self._title, "subtitle")
        self._fields: list[QWidget] = []
        self._answers = QSpinBox(self)
        self._answers.setRange(1, 1_000_000_000)
        self._answers.setSingleStep(100)
        self._answers.setGroupSeparatorShown(True)
        self._months = QSpinBox(self)
        self._months.setRange(1, 1200)
        self._hour = self._decimal(_NO_PRICE, 100_000.0, self.tr("$"), "")
        self._hour.setSpecialValueText(self.tr("no price"))
        self._hour.setSingleStep(0.1)
        self._updates = self._decimal(0.0, 100_000.0, "", self.tr(" times"))
        self._updates.setDecimals(1)
        self._changed = self._decimal(0.0, 100.0, "", " %")
        self._changed.setDecimals(1)
        self._margin = self._decimal(0.5, 50.0, "", self.tr(" points"))
        self._margin.setDecimals(1)
        for box, name, title, sentence in (
            (self._answers, "answers", self.tr("Answers a month"), self.tr("How many answers you want in a month")),
            (
                self._months,
                "months",
                self.tr("Months"),
                self.tr("Over how many months training and indexing are spread"),
            ),
            (
                self._hour,
                "hour",
                self.tr("An hour of this computer"),
                self.tr("What an hour costs, in dollars; without a price its time is counted in seconds"),
            ),
            (self._updates, "updates", self.tr("Documents change a month"), self.tr("How often your documents change")),
            (
                self._changed,
                "changed",
                self.tr("Of them each time"),
                self.tr("Share of the documents that changes; the others are recognised by content and skipped"),
            ),
            (
                self._margin,
                "margin",
                self.tr("A difference that matters"),
                self.tr("Arms that differ by less are equally good; so many questions are asked for as find it"),
            ),
        ):
            self._fields.append(self._field(box, name, title, sentence))

    def _decimal(self, low: float, high: float, prefix: str, suffix: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(low, high)
        box.setPrefix(prefix)
        box.setSuffix(suffix)
        return box

    def _field(self, box: QSpinBox | QDoubleSpinBox, name: str, title: str, sentence: str) -> QWidget:
        box.setObjectName(f"compare_economy_{name}")
        box.setAccessibleName(title)
        box.setAccessibleDescription(sentence)
        box.setToolTip(sentence)
        box.setKeyboardTracking(False)
        label = QLabel(title, self)
        label.setBuddy(box)
        set_role(label, "muted")
        field = QWidget(self)
        column = QVBoxLayout(field)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(label)
        column.addWidget(box)
        return field

    def _build_layout(self) -> None:
        fields = QWidget(self)
        columns = ColumnLayout(3, narrowest=20, spacing=10)
        fields.setLayout(columns)
        columns.show_widgets(self._fields)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 12)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(fields)
        column.addStretch(1)

    def _connect(self) -> None:
        self._answers.valueChanged.connect(lambda value: self.economy_changed.emit("questions_per_month", value))
        self._months.valueChanged.connect(lambda value: self.economy_changed.emit("months", value))
        self._updates.valueChanged.connect(lambda value: self.economy_changed.emit("updates_per_month", value))
        self._changed.valueChanged.connect(lambda value: self.economy_changed.emit("changed_share", value / 100))
        self._hour.valueChanged.connect(self._on_hour)
        self._margin.valueChanged.connect(lambda value: self.margin_changed.emit(value / 100))

    @Slot(float)
    def _on_hour(self, value: float) -> None:
        self.economy_changed.emit("dollars_per_hour", None if value < 0 else value)
