"""The Playground tab: its pages (Prompt, Grid, Search) behind one switch."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.ui.playground.page import HasFirstField, HasHead, PageSpec
from workbench.ui.tabs import OpensCases, TakesPaths
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button


class PlaygroundTab(QWidget):
    """Pages are built when they are first shown. The switch shows what there is; with one page there is no switch."""

    def __init__(self, pages: Sequence[PageSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._specs = {spec.key: spec for spec in pages}
        self._pages: dict[str, QWidget] = {}
        self._current = next(iter(self._specs))
        self._build_widgets()
        self._build_layout()
        self._connect()

    def open_case(self, case: dict[str, str]) -> None:
        """`page` is shown (the prompt's when it is not named); the rest is for that page, see its `open_case`."""
        key = case.get("page", "")
        self.show_page(key if key in self._specs else next(iter(self._specs)))
        page = self._pages[self._current]
        rest = {name: value for name, value in case.items() if name != "page"}
        if rest and isinstance(page, OpensCases):
            page.open_case(rest)

    def take_paths(self, paths: list[str]) -> None:
        """Files that were dropped on the window go to the page that is shown."""
        page = self.page(self._current)
        if isinstance(page, TakesPaths):
            page.take_paths(paths)

    def page(self, key: str) -> QWidget:
        """Build it where that was not done; KeyError when there is no such page."""
        if key not in self._pages:
            self._add(self._specs[key])
        return self._pages[key]

    def show_page(self, key: str) -> None:
        page = self.page(key)
        self._current = key
        self._buttons[key].setChecked(True)
        for name, button in self._buttons.items():  # Tab leads to the chosen one; Qt would lead to the first
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if name == key else Qt.FocusPolicy.ClickFocus)
        self._stack.setCurrentWidget(page)
        head = self._heads.get(key)
        self._head_room.setVisible(head is not None)
        if head is not None:
            self._head_room.setCurrentWidget(head)

    def actions(self) -> list[QAction]:
        """The tab's and those of the page that is shown: what the command palette offers. (Handing a page's actions to
        the tab would have their keys work on every page.)
        """
        page = self._pages.get(self._current)
        return [*super().actions(), *(page.actions() if page is not None else ())]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_page(self._current)
        if self.focusWidget() is None:
            self._focus_page()

    def _add(self, spec: PageSpec) -> None:
        page = spec.build()
        self._pages[spec.key] = page
        self._stack.addWidget(page)
        if isinstance(page, HasHead):
            self._heads[spec.key] = page.head()
            self._head_room.addWidget(self._heads[spec.key])

    def _build_widgets(self) -> None:
        self.setObjectName("playground_tab")
        self.setAccessibleName(self.tr("Playground"))
        self._title = QLabel(self.tr("Playground"), self)
        set_role(self._title, "title")
        self._switch = QFrame(self)
        self._switch.setObjectName("playground_switch")
        self._switch.setAccessibleName(self.tr("Page of the playground"))
        set_role(self._switch, "segments")
        self._switch.setVisible(len(self._specs) > 1)
        self._group = QButtonGroup(self)
        self._buttons = {spec.key: self._button(spec, number) for number, spec in enumerate(self._specs.values(), 1)}
        self._buttons[self._current].setChecked(True)
        self._stack, self._head_room = QStackedWidget(self), QStackedWidget(self)
        self._heads: dict[str, QWidget] = {}
        self._head_room.hide()

    def _button(self, spec: PageSpec, number: int) -> QPushButton:
        button = named_button(self._switch, f"playground_page_{spec.key}", spec.title, "segment")
        button.setCheckable(True)
        self._group.addButton(button)
        keys = QKeySequence(f"Ctrl+Shift+{number}")
        button.setToolTip(keys.toString(QKeySequence.SequenceFormat.NativeText))
        if len(self._specs) > 1:
            action = QAction(self.tr("Playground: {}").format(spec.title), self)
            action.setShortcut(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(partial(self._on_chosen, spec.key))
            self.addAction(action)
        return button

    def _build_layout(self) -> None:
        segments = QHBoxLayout(self._switch)
        segments.setContentsMargins(3, 3, 3, 3)
        segments.setSpacing(2)
        for button in self._buttons.values():
            segments.addWidget(button)
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._title)
        head.addWidget(self._switch)
        head.addStretch(1)
        head.addWidget(self._head_room)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 14, 20, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        for key, button in self._buttons.items():
            button.clicked.connect(partial(self._on_chosen, key))

    @Slot()
    def _on_chosen(self, key: str, _checked: bool = False) -> None:
        self.show_page(key)
        self._focus_page()

    def _focus_page(self) -> None:
        page = self._pages[self._current]
        (page.first_field() if isinstance(page, HasFirstField) else page).setFocus(Qt.FocusReason.ShortcutFocusReason)
