"""Opens the window's own dialogs, each once."""

from collections.abc import Callable

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from workbench.paths import WorkbenchPaths
from workbench.settings import Settings
from workbench.ui.data_folder_dialog import DataFolderDialog
from workbench.ui.help_dialog import HelpDialog
from workbench.ui.main_window import MainWindow
from workbench.ui.preferences import PreferencesDialog
from workbench.ui.protocols import Messages


class Dialogs:
    """None of them blocks: the window stays usable beside them."""

    def __init__(
        self,
        window: MainWindow,
        paths: WorkbenchPaths,
        post: Callable[[Callable[[], None]], None],
        messages: Messages,
    ) -> None:
        self._window = window
        self._paths = paths
        self._post = post
        self._messages = messages
        self._preferences: PreferencesDialog | None = None
        self._data_folder: DataFolderDialog | None = None

    def open_preferences(self, settings: Callable[[], Settings], on_changed: Callable[[Settings], None]) -> None:
        if self._preferences is None:
            self._preferences = PreferencesDialog(settings, on_changed, self._window)
        self._preferences.show_settings()
        _bring_up(self._preferences)

    def follow_settings(self) -> None:
        """Settings were changed: the preferences show them if they are open."""
        if self._preferences is not None:
            self._preferences.follow_settings()

    def open_help(self) -> None:
        dialog = HelpDialog(self._window.actions_here(), self._paths.home, self._window)
        dialog.data_folder_requested.connect(self.open_data_folder)
        dialog.show()

    def open_data_folder(self) -> None:
        if self._data_folder is not None:
            self._data_folder.deleteLater()
        self._data_folder = DataFolderDialog(self._paths, self._post, self._window)
        _bring_up(self._data_folder)

    def open_logs(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._paths.logs))):
            self._messages.info(f"The logs are in {self._paths.logs}.")


def _bring_up(dialog: PreferencesDialog | DataFolderDialog) -> None:
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
