"""Which column of a file means what: one combo per role."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from workbench.datasets.types import ColumnMapping, Layout
from workbench.ui.data.state import SAY_COLUMNS, ColumnRole, ImportState, layout_in_words
from workbench.ui.theme import set_role


class MappingForm(QFrame):
    layout_chosen = Signal(object)
    column_chosen = Signal(object, str)
    """ColumnRole and the column's name; empty: no column."""
    system_written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[str, ...] = ()
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_state(self, importing: ImportState) -> None:
        """Show the mapping in force."""
        report = importing.report
        if report is None:
            return
        if report.columns != self._columns:
            self._columns = report.columns
            self._offer_columns()
        mapping = importing.mapping
        with QSignalBlocker(self._layout):
            self._layout.setCurrentIndex(list(Layout).index(mapping.layout))
        for role, combo in self._combos.items():
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(0, combo.findData(getattr(mapping, role.value))))
            is_always = role in (ColumnRole.SYSTEM, ColumnRole.DOCUMENT, ColumnRole.GROUP)
            is_used = is_always or (role is ColumnRole.MESSAGES) == (mapping.layout is Layout.MESSAGES)
            self._fields[role].setVisible(is_used)
        if not self._system_text.hasFocus() and self._system_text.text() != mapping.system_text:
            self._system_text.setText(mapping.system_text)
        self._recognised.setText(_recognised(mapping))
        set_role(self._recognised, "small" if mapping.is_complete else "warn-small")

    def _build_widgets(self) -> None:
        set_role(self, "panel")
        titles = {
            ColumnRole.QUESTION: (self.tr("User says"), self.tr("Column with what the user says")),
            ColumnRole.CONTEXT: (self.tr("Below it (optional)"), self.tr("Column that is put below the question")),
            ColumnRole.ANSWER: (self.tr("Learned answer"), self.tr("Column with the answer that is learned")),
            ColumnRole.MESSAGES: (self.tr("Conversation"), self.tr("Column that holds the whole conversation")),
            ColumnRole.DOCUMENT: (
                self.tr("Source (optional)"),
                self.tr("Column that names the document of the answer"),
            ),
            ColumnRole.GROUP: (
                self.tr("Group (optional)"),
                self.tr("Column whose rows of one value are held out together, like a customer or a case"),
            ),
            ColumnRole.SYSTEM: (self.tr("System (optional)"), self.tr("Column with the system message")),
        }
        self._combos: dict[ColumnRole, QComboBox] = {}
        self._fields: dict[ColumnRole, QWidget] = {}
        for role, (title, accessible) in titles.items():
            combo = QComboBox(self)
            combo.setObjectName(f"column_{role.value}")
            combo.setAccessibleName(accessible)
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(8)
            self._combos[role] = combo
            self._fields[role] = _labelled(title, combo, self)
        self._layout = QComboBox(self)
        self._layout.setObjectName("mapping_layout")
        self._layout.setAccessibleName(self.tr("How a row says who speaks"))
        for layout in Layout:
            self._layout.addItem(layout_in_words(layout), layout)
        self._system_text = QLineEdit(self)
        self._system_text.setObjectName("system_text")
        self._system_text.setAccessibleName(self.tr("System message for rows that have none"))
        self._system_text.setPlaceholderText(self.tr("System message for rows that have none (optional)"))
        self._recognised = QLabel(self)
        self._recognised.setObjectName("mapping_guess")
        self._recognised.setTextFormat(Qt.TextFormat.PlainText)
        set_role(self._recognised, "small")

    def _build_layout(self) -> None:
        roles = QHBoxLayout()
        roles.setSpacing(10)
        second = QHBoxLayout()
        second.setSpacing(10)
        second.addWidget(_labelled(self.tr("A row holds"), self._layout, self), 2)
        for role, field in self._fields.items():
            (second if role in (ColumnRole.DOCUMENT, ColumnRole.GROUP) else roles).addWidget(field, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(6)
        column.addWidget(self._recognised)
        column.addLayout(roles)
        column.addLayout(second)
        column.addWidget(self._system_text)

    def _connect(self) -> None:
        self._layout.currentIndexChanged.connect(self._on_layout_changed)
        for combo in self._combos.values():
            combo.currentIndexChanged.connect(self._on_column_changed)
        self._system_text.editingFinished.connect(self._on_system_edited)

    def _offer_columns(self) -> None:
        for combo in self._combos.values():
            with QSignalBlocker(combo):
                combo.clear()
                combo.addItem(self.tr("(none)"), "")
                for column in self._columns:
                    combo.addItem(column, column)

    @Slot(int)
    def _on_layout_changed(self, index: int) -> None:
        self.layout_chosen.emit(list(Layout)[index])

    @Slot(int)
    def _on_column_changed(self, _index: int) -> None:
        combo = self.sender()
        for role, other in self._combos.items():
            if other is combo:
                self.column_chosen.emit(role, other.currentData() or "")

    @Slot()
    def _on_system_edited(self) -> None:
        self.system_written.emit(self._system_text.text())


def _labelled(title: str, combo: QComboBox, parent: QWidget) -> QWidget:
    field = QWidget(parent)
    label = QLabel(title, field)
    set_role(label, "small")
    label.setBuddy(combo)
    column = QVBoxLayout(field)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(label)
    column.addWidget(combo)
    return field


def _recognised(mapping: ColumnMapping) -> str:
    if mapping.guess:
        return f"Recognised: {mapping.guess}. Change it where that is not meant."
    return "Your choice of columns." if mapping.is_complete else SAY_COLUMNS
