"""The Documents tab: files -> collections -> passages -> answers with marks that open their place.

A further page of the tab is a line in `_pages`.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.chunks_page import build_chunks_page
from workbench.ui.documents.files_page import FilesPage
from workbench.ui.documents.measure_page import MeasurePage
from workbench.ui.documents.measure_page import wire as wire_measure_page
from workbench.ui.documents.measure_presenter import MeasurePresenter
from workbench.ui.documents.overview_page import OverviewPage
from workbench.ui.documents.page import PageSpec
from workbench.ui.documents.presenter import DocumentsPresenter
from workbench.ui.documents.question_page import QuestionPage
from workbench.ui.documents.question_wiring import build_exhaustive_page, build_question_page
from workbench.ui.documents.tuning_page import TuningPage
from workbench.ui.documents.tuning_page import wire as wire_tuning_page
from workbench.ui.documents.tuning_presenter import TuningPresenter
from workbench.ui.documents.view import DocumentsView
from workbench.ui.timers import Timers

__all__ = ["DocumentsTab", "Surroundings", "build"]


class DocumentsTab(DocumentsView):
    """The view with its presenter; what the window holds."""

    presenter: DocumentsPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`collection`: select it; `document`, `page`: open that place; `question`: search for it (`mode`, `top_k`,
        `reranker`: how); `show`: that page; `path`: index it."""
        self.presenter.open_case(case)

    def take_paths(self, paths: list[str]) -> None:
        """Index files and folders that were dropped on the window; exported collections are imported."""
        self.presenter.add_paths(paths)

    @property
    def question(self) -> QuestionPage:
        page = self.page("ask")
        assert isinstance(page, QuestionPage)
        return page

    @property
    def files(self) -> FilesPage:
        page = self.page("files")
        assert isinstance(page, FilesPage)
        return page


def build(surroundings: Surroundings) -> DocumentsTab:
    """Wire the tab."""
    timers = Timers(None)
    presenter = DocumentsPresenter(surroundings, timers)
    tab = DocumentsTab(_pages(surroundings, presenter))
    timers.setParent(tab)
    tab.presenter = presenter
    panel, management = tab.collections, presenter.management
    panel.collection_selected.connect(presenter.select_collection)
    panel.new_requested.connect(management.begin_new_collection)
    panel.naming_left.connect(management.leave_naming)
    panel.named.connect(presenter.give_name)
    panel.import_chosen.connect(presenter.bundles.import_files)
    panel.duplicate_requested.connect(presenter.bundles.begin_duplicating)
    panel.export_requested.connect(presenter.bundles.begin_exporting)
    tab.export.chosen.connect(presenter.bundles.export)
    tab.export.left.connect(presenter.bundles.leave_exporting)
    panel.rename_requested.connect(management.begin_renaming)
    panel.delete_requested.connect(management.delete_collection)
    tab.bring_back_requested.connect(management.bring_back)
    tab.purge_confirmed.connect(management.purge)
    tab.paths_chosen.connect(presenter.add_paths)
    tab.strip.stop_requested.connect(presenter.indexing.stop)
    presenter.start(tab)
    tab.shown.connect(presenter.come_back)
    return tab


def _pages(surroundings: Surroundings, presenter: DocumentsPresenter) -> Sequence[PageSpec]:
    """In the order of their tabs. Each is built when it is shown for the first time."""
    return [
        PageSpec("ask", "Ask", "search", partial(build_question_page, presenter)),
        PageSpec("exhaustive", "Whole collection", "documents", partial(build_exhaustive_page, presenter)),
        PageSpec("files", "Files", "file", partial(_files_page, surroundings, presenter)),
        PageSpec("overview", "Overview", "documents", partial(_overview_page, surroundings, presenter)),
        PageSpec("chunks", "Chunks", "sliders", partial(build_chunks_page, surroundings, presenter.refresh)),
        PageSpec("measure", "Measure", "compare", partial(_measure_page, surroundings, presenter)),
        PageSpec("improve", "Improve search", "star", partial(_tuning_page, surroundings, presenter)),
    ]


def _files_page(_surroundings: Surroundings, presenter: DocumentsPresenter) -> QWidget:
    page, files = FilesPage(), presenter.files
    page.paths_chosen.connect(presenter.add_paths)
    page.sync_requested.connect(presenter.indexing.sync)
    page.document_opened.connect(presenter.asking.open_document)
    page.document_opened.connect(lambda: presenter.show_page("ask"))
    page.file_opened.connect(_open_in_system)
    page.folder_shown.connect(lambda path: _open_in_system(str(Path(path).parent)))
    page.retry_requested.connect(files.retry)
    page.remove_requested.connect(files.remove)
    page.bring_back_requested.connect(files.bring_back)
    page.purge_confirmed.connect(files.purge)
    page.password_given.connect(files.give_password)
    return page


def _measure_page(surroundings: Surroundings, presenter: DocumentsPresenter) -> QWidget:
    measuring = MeasurePresenter(
        surroundings,
        search=lambda: presenter.asking.board.state.settings,
        change_search=lambda mode, reranker: presenter.asking.settings.change(mode=mode, reranker=reranker),
        switched=presenter.refresh,
    )
    page = MeasurePage()
    wire_measure_page(page, measuring)
    page.compare.drill.place_opened.connect(presenter.asking.open_place)
    page.compare.drill.place_opened.connect(lambda: presenter.show_page("ask"))
    return page


def _tuning_page(surroundings: Surroundings, presenter: DocumentsPresenter) -> QWidget:
    tuning = TuningPresenter(
        surroundings, mode=lambda: presenter.asking.board.state.settings.mode, switched=presenter.refresh
    )
    page = TuningPage()
    wire_tuning_page(page, tuning)
    return page


def _overview_page(_surroundings: Surroundings, presenter: DocumentsPresenter) -> QWidget:
    page, indexes = OverviewPage(), presenter.indexes
    page.restore_requested.connect(presenter.management.restore_index)
    page.look_again_requested.connect(presenter.indexing.sync)
    page.read_again_requested.connect(presenter.indexing.read_again)
    page.embedders_wanted.connect(indexes.list_embedders)
    page.sources.paths_chosen.connect(presenter.indexing.add_paths)
    page.sources.sync_requested.connect(presenter.indexing.sync)
    page.sources.stop_requested.connect(presenter.management.stop_watching)
    page.indexes.switch_requested.connect(indexes.switch_to)
    page.indexes.drop_confirmed.connect(indexes.drop)
    page.indexes.undo_requested.connect(indexes.go_back)
    page.rebuild.build_requested.connect(indexes.rebuild)
    return page


def _open_in_system(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(path))
