"""A button that opens a list to tick several of; it says what is ticked."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.theme import set_role

_WORTH_FILTERING = 8
_WIDTH, _HEIGHT = 340, 300


class ChoiceButton(QPushButton):
    ticked = Signal(tuple)
    """All that is ticked now, by key; only when the user did it."""

    def __init__(self, name: str, none: str, spoken: str, parent: QWidget | None = None) -> None:
        """`none` is what it says when nothing is ticked."""
        super().__init__(none, parent)
        self._none = none
        self._spoken = spoken
        self._choices: tuple[tuple[str, str], ...] = ()
        self._chosen: tuple[str, ...] = ()
        self._popup: _Popup | None = None
        self.setObjectName(name)
        self.setMinimumWidth(90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_role(self, "choice")
        self.clicked.connect(self._on_clicked)

    def show_choices(self, choices: Sequence[tuple[str, str]], chosen: Sequence[str]) -> None:
        """Keys with their words; what is chosen and not offered any more is offered still, so that it can be left."""
        missing = [(key, key) for key in chosen if key not in {known for known, _ in choices}]
        self._choices, self._chosen = (*choices, *missing), tuple(chosen)
        names = dict(self._choices)
        text = ", ".join(names[key] for key in chosen[:2])
        more = f" +{len(chosen) - 2}" if len(chosen) > 2 else ""
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, 190)
        self.setText(f"{shown}{more}".replace("&", "&&") if chosen else self._none)
        self.setAccessibleName(f"{self._spoken}: {', '.join(chosen) if chosen else self._none}")
        self.setToolTip("\n".join(names[key] for key in chosen))
        self.setEnabled(bool(self._choices))

    @property
    def popup(self) -> "_Popup | None":
        """The open list."""
        return self._popup

    @Slot()
    def _on_clicked(self) -> None:
        self._popup = popup = _Popup(self._choices, self._chosen, self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popup.ticked.connect(self._on_ticked)
        popup.destroyed.connect(self._on_closed)
        popup.move(self.mapToGlobal(QPoint(0, self.height() + 2)))
        popup.show()

    @Slot(tuple)
    def _on_ticked(self, chosen: tuple[str, ...]) -> None:
        self.ticked.emit(chosen)

    @Slot()
    def _on_closed(self) -> None:
        self._popup = None


class _Popup(QFrame):
    ticked = Signal(tuple)

    def __init__(self, choices: Sequence[tuple[str, str]], chosen: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        set_role(self, "popup")
        self.setObjectName("choices")
        self._filter = QLineEdit(self)
        self._filter.setObjectName("choices_filter")
        self._filter.setPlaceholderText(self.tr("Type to filter"))
        self._filter.setVisible(len(choices) > _WORTH_FILTERING)
        self.list = QListWidget(self)
        self.list.setObjectName("choices_list")
        self.list.setUniformItemSizes(True)
        for key, words in choices:
            item = QListWidgetItem(words)
            item.setData(Qt.ItemDataRole.UserRole, key)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if key in chosen else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self._filter)
        column.addWidget(self.list)
        row = self.list.sizeHintForRow(0) if choices else 20
        self.resize(_WIDTH, min(_HEIGHT, 60 + row * len(choices)))
        self._filter.textChanged.connect(self._on_filter)
        self.list.itemChanged.connect(self._on_changed)
        self.list.itemClicked.connect(self._on_item_clicked)
        self._pressed_state = Qt.CheckState.Unchecked
        self.list.itemPressed.connect(self._on_pressed)
        (self._filter if self._filter.isVisibleTo(self) else self.list).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    @Slot(str)
    def _on_filter(self, text: str) -> None:
        wanted = text.casefold()
        for number in range(self.list.count()):
            item = self.list.item(number)
            item.setHidden(wanted not in item.text().casefold())

    @Slot(QListWidgetItem)
    def _on_pressed(self, item: QListWidgetItem) -> None:
        self._pressed_state = item.checkState()

    @Slot(QListWidgetItem)
    def _on_item_clicked(self, item: QListWidgetItem) -> None:
        """A click on the words ticks as well as one on the box, which did it already."""
        if item.checkState() == self._pressed_state:
            is_ticked = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if is_ticked else Qt.CheckState.Checked)

    @Slot()
    def _on_changed(self) -> None:
        items = [self.list.item(number) for number in range(self.list.count())]
        self.ticked.emit(
            tuple(i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() is Qt.CheckState.Checked)
        )
