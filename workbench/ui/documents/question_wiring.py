"""The pages about questions, wired to the parts that decide."""

from workbench.ui.documents.exhaustive_page import ExhaustivePage
from workbench.ui.documents.place_part import PlacePart
from workbench.ui.documents.place_view import PlaceView
from workbench.ui.documents.presenter import DocumentsPresenter
from workbench.ui.documents.question_page import QuestionPage


def build_question_page(presenter: DocumentsPresenter) -> QuestionPage:
    """The page "Ask"."""
    page, asking = QuestionPage(), presenter.asking
    page.question_edited.connect(asking.edit_question)
    page.search_requested.connect(asking.search)
    page.ask_requested.connect(asking.ask)
    page.stop_requested.connect(asking.stop)
    page.model_chosen.connect(asking.choose_model)
    page.adapter_chosen.connect(asking.choose_adapter)
    page.adapter_scaled.connect(asking.scale_adapter)
    page.offer_chosen.connect(asking.take_offer)
    page.hit_opened.connect(asking.open_place)
    page.hit_judged.connect(asking.judging.judge)
    page.citation_opened.connect(asking.open_citation)
    page.turn_chosen.connect(asking.choose_turn)
    page.asked_again.connect(asking.ask_again)
    page.new_conversation_requested.connect(asking.begin_conversation)
    page.conversation_chosen.connect(asking.open_conversation)
    page.forgetting_asked.connect(asking.conversations.ask_to_forget)
    page.forgetting_confirmed.connect(asking.conversations.forget)
    page.exhaustive_requested.connect(presenter.read_whole_collection)
    page.exhaustive_declined.connect(asking.decline_exhaustive)
    settings, form = asking.settings, page.settings
    page.choices_wanted.connect(settings.look_for_choices)
    page.reranker_chosen.connect(settings.choose_reranker)
    form.changed.connect(lambda changes: settings.change(**changes))
    form.documents_changed.connect(lambda changes: settings.change_documents(**changes))
    form.reset_requested.connect(settings.reset)
    _connect_place(page.place, asking.places)
    asking.board.put_up(page)
    return page


def build_exhaustive_page(presenter: DocumentsPresenter) -> ExhaustivePage:
    """The page "Whole collection"."""
    page, reading = ExhaustivePage(), presenter.reading
    page.question_edited.connect(reading.edit_question)
    page.model_chosen.connect(reading.choose_model)
    page.adapter_chosen.connect(reading.choose_adapter)
    page.adapter_scaled.connect(reading.scale_adapter)
    page.start_requested.connect(reading.begin)
    page.go_on_requested.connect(reading.go_on)
    page.stop_requested.connect(reading.stop)
    page.finding_opened.connect(reading.open_finding)
    page.export_requested.connect(reading.export)
    page.copy_requested.connect(lambda: page.show_clipboard(reading.markdown()))
    page.filter.changed.connect(lambda changes: reading.change_filter(**changes))
    page.filter.documents_changed.connect(lambda changes: reading.change_documents(**changes))
    page.filter.count_wanted.connect(reading.count)
    _connect_place(page.place, reading.places)
    reading.board.put_up(page)
    return page


def _connect_place(view: PlaceView, places: PlacePart) -> None:
    view.page_turned.connect(places.turn_page)
    view.text_preferred.connect(places.prefer_text)
