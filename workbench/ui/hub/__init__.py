"""“Get a model”: search the hub, choose a file, download it."""

from PySide6.QtWidgets import QWidget

from workbench.ui.hub.presenter import HubPresenter
from workbench.ui.hub.view import HubDialog


def build(presenter: HubPresenter, parent: QWidget | None = None) -> HubDialog:
    """Wire the dialog; showing it is the caller's. Nothing is contacted by it."""
    dialog = HubDialog(parent)
    dialog.search_requested.connect(presenter.search)
    dialog.recommended_requested.connect(presenter.show_recommended)
    dialog.entry_selected.connect(presenter.select)
    dialog.files_requested.connect(presenter.list_files)
    dialog.file_selected.connect(presenter.select_file)
    dialog.download_requested.connect(presenter.download)
    downloads = dialog.downloads
    downloads.pause_requested.connect(presenter.downloads.pause)
    downloads.resume_requested.connect(presenter.downloads.resume)
    downloads.cancel_requested.connect(presenter.downloads.cancel)
    downloads.try_requested.connect(presenter.downloads.try_it)
    presenter.start(dialog)
    return dialog
