"""The preferences dialog, generated from the declared settings. Every change is saved and applied at once."""

from collections.abc import Callable

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.boundary import Boundary
from workbench.settings import Settings
from workbench.ui.setting_editors import editor_for
from workbench.ui.theme import set_role
from workbench.ui.widgets.tool_button import tool_button


class PreferencesDialog(QDialog):
    """One page per section of `Settings`; `on_changed` gets the whole new value after each change.

    The window stays usable beside it, so `settings` is asked anew at each change: others may have changed some.
    """

    def __init__(
        self, settings: Callable[[], Settings], on_changed: Callable[[Settings], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._shown = settings()
        self._on_changed = on_changed
        self._build_widgets()
        self._build_layout()
        self._connect()

    def show_settings(self) -> None:
        """The dialog is opened: show all settings; what was typed and refused goes."""
        self._shown = self._settings()
        for row in self.findChildren(SettingRow):
            row.show_value(row.value_in(self._shown))
            row.show_problem("")

    def follow_settings(self) -> None:
        """Settings were changed, here or elsewhere: show those, and leave alone what is being typed in other rows."""
        before, self._shown = self._shown, self._settings()
        for row in self.findChildren(SettingRow):
            value = row.value_in(self._shown)
            if value != row.value_in(before):
                row.show_value(value)
                row.show_problem("")

    def _build_widgets(self) -> None:
        self.setObjectName("preferences")
        self.setWindowTitle(self.tr("Preferences"))
        self.resize(780, 540)
        self._sections = QListWidget(self)
        self._sections.setObjectName("preference_sections")
        self._sections.setAccessibleName(self.tr("Sections"))
        self._sections.setFixedWidth(170)
        self._pages = QStackedWidget(self)
        for name, field in Settings.model_fields.items():
            section = getattr(self._shown, name)
            if isinstance(section, Boundary):
                self._sections.addItem(field.title or name)
                self._pages.addWidget(self._page(name, section))
        self._sections.setCurrentRow(0)
        self._note = QLabel(self.tr("Changes are saved at once."), self)
        set_role(self._note, "small")
        self._close = QPushButton(self.tr("Close"), self)
        self._close.setObjectName("preferences_close")
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter ends the typing of a number, not the dialog

    def _page(self, section_name: str, section: Boundary) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 0, 14, 0)
        column.setSpacing(0)
        for name, field in type(section).model_fields.items():
            row = SettingRow(section_name, name, field, getattr(section, name))
            row.value_chosen.connect(self._on_value_chosen)
            column.addWidget(row)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area

    def _build_layout(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self._sections)
        middle.addWidget(self._pages, 1)
        bottom = QHBoxLayout()
        bottom.addWidget(self._note, 1)
        bottom.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(12)
        column.addLayout(middle, 1)
        column.addLayout(bottom)

    def _connect(self) -> None:
        self._sections.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._close.clicked.connect(self.close)

    @Slot(object, object)
    def _on_value_chosen(self, row: "SettingRow", value: object) -> None:
        settings = self._settings()
        section = getattr(settings, row.section)
        try:
            changed = type(section).model_validate({**section.model_dump(), row.name: value})
        except ValidationError as error:
            row.show_problem(error.errors()[0]["msg"])
            return
        row.show_problem("")
        # The row shows it already: shown anew, a list of folders would lose the one that is selected in it.
        self._shown = settings.model_copy(update={row.section: changed})
        self._on_changed(self._shown)


class SettingRow(QFrame):
    """Title, editor, reset; the description under them."""

    value_chosen = Signal(object, object)
    """This row and the new value."""

    def __init__(self, section: str, name: str, field: FieldInfo, value: object) -> None:
        super().__init__()
        self.section = section
        self.name = name
        self._field = field
        self._default = field.get_default(call_default_factory=True)
        self._build_widgets(value)
        self._build_layout()
        self._editor.chosen.connect(self._on_chosen)
        self._reset.clicked.connect(self._on_reset)
        self._show_reset(value)

    def value_in(self, settings: Settings) -> object:
        """What these settings say here."""
        return getattr(getattr(settings, self.section), self.name)

    def show_value(self, value: object) -> None:
        """Show a value without telling it back."""
        self._editor.show_value(value)
        self._show_reset(value)

    def show_problem(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def _build_widgets(self, value: object) -> None:
        title = self._field.title or self.name
        self._title = QLabel(title, self)
        set_role(self._title, "field")
        self._description = QLabel(self._field.description or "", self)
        self._description.setWordWrap(True)
        set_role(self._description, "muted")
        self._problem = QLabel(self)
        self._problem.setWordWrap(True)
        set_role(self._problem, "error")
        self._problem.hide()
        self._editor = editor_for(self._field, value)
        self._editor.widget.setObjectName(f"setting_{self.section}_{self.name}")
        self._editor.widget.setAccessibleName(title)
        self._editor.widget.setAccessibleDescription(self._field.description or "")
        self._reset = tool_button(
            self,
            f"reset_{self.section}_{self.name}",
            self.tr("Reset {}").format(title),
            "undo",
            tip=self.tr("Back to the default"),
        )
        keep = self._reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(keep)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 10, 2, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._description)
        if self._editor.is_wide:
            head.addWidget(self._reset)
            column.addWidget(self._editor.widget)
        else:
            head.addWidget(self._editor.widget)
            head.addWidget(self._reset)
        column.addWidget(self._problem)

    def _show_reset(self, value: object) -> None:
        self._reset.setVisible(value != self._default)

    @Slot(object)
    def _on_chosen(self, value: object) -> None:
        self._show_reset(value)
        self.value_chosen.emit(self, value)

    @Slot()
    def _on_reset(self) -> None:
        self.show_value(self._default)
        self.value_chosen.emit(self, self._default)
