"""The Documents tab: files -> collections -> passages -> answers with marks that open their place."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.jobs.spec import Jobs
from workbench.settings import Settings
from workbench.ui.documents.presenter import Catalog, DocumentsPresenter
from workbench.ui.documents.view import DocumentsView
from workbench.ui.protocols import Messages

if TYPE_CHECKING:
    from workbench.rag.store import CollectionStore


class DocumentsTab(DocumentsView):
    """The view with its presenter; what the window holds."""

    presenter: DocumentsPresenter

    def open_case(self, case: dict[str, str]) -> None:
        """`collection`: select it; `path`: index it."""
        self.presenter.open_case(case)

    def take_paths(self, paths: list[str]) -> None:
        """Index files and folders that were dropped on the window."""
        self.presenter.add_paths(paths)


def build(
    jobs: Jobs,
    messages: Messages,
    *,
    collections: "CollectionStore",
    catalog: Catalog,
    settings: Callable[[], Settings],
) -> DocumentsTab:
    """Wire the tab."""
    tab = DocumentsTab()
    tab.presenter = presenter = DocumentsPresenter(jobs, messages, collections, catalog, settings)
    asking, question, panel = presenter.asking, tab.question, tab.collections
    panel.collection_selected.connect(presenter.select_collection)
    panel.new_requested.connect(presenter.begin_new_collection)
    panel.naming_left.connect(presenter.leave_naming)
    panel.named.connect(presenter.name_collection)
    question.question_edited.connect(asking.edit_question)
    question.search_requested.connect(asking.search)
    question.ask_requested.connect(asking.ask)
    question.stop_requested.connect(asking.stop)
    question.mode_chosen.connect(asking.choose_mode)
    question.model_chosen.connect(asking.choose_model)
    question.offer_chosen.connect(asking.take_offer)
    question.hit_opened.connect(asking.open_place)
    question.citation_opened.connect(asking.open_citation)
    question.place.page_turned.connect(asking.turn_page)
    question.place.text_preferred.connect(asking.prefer_text)
    tab.files.document_opened.connect(asking.open_document)
    tab.paths_chosen.connect(presenter.add_paths)
    tab.delete_requested.connect(presenter.ask_to_delete)
    tab.delete_confirmed.connect(presenter.delete_collection)
    tab.keep_requested.connect(presenter.keep_collection)
    tab.strip.stop_requested.connect(presenter.stop_indexing)
    presenter.start(tab)
    tab.shown.connect(presenter.refresh)
    return tab
