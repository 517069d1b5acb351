"""Questions of the Documents tab as a user meets them; jobs are spoken by the test."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs
from tests.gui.acting import click, find, press, type_text
from tests.gui.documents.conftest import documents_tab
from tests.gui.documents.test_documents_tab import END, HIT, START, TEXT, a_file
from workbench.database import Database
from workbench.embedding import starter_embedder
from workbench.errors import WorkbenchError
from workbench.llm.tasks import TextProduced
from workbench.llm.types import ChatMessage, Role
from workbench.paths import WorkbenchPaths
from workbench.rag.answer_types import (
    Answer,
    AnswerPrompt,
    AskRequest,
    Citation,
    Claim,
    PassageInPrompt,
    PassageOrder,
    StandaloneQuestion,
)
from workbench.rag.judgement_store import Verdict
from workbench.rag.maintenance import PURGE
from workbench.rag.search_types import FoldedHit, QuestionHits, RetrievalMode, SearchRequest
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import ASK, REBUILD, SEARCH
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import RebuildReport, RebuildRequest
from workbench.rag.vector_store import INDEX_DAMAGED, INDEX_FOLDER
from workbench.ui.documents import DocumentsTab
from workbench.ui.documents.hit_row import HitRow
from workbench.ui.documents.marked_answer import MarkedAnswer
from workbench.ui.documents.turn_card import TurnCard
from workbench.ui.theme import tokens_of
from workbench.ui.widgets.choice_button import ChoiceButton

CITED = Citation(number=1, document="a.md", page=1, start=START, end=END, text=HIT.text)
FOUND = HIT.model_copy(
    update={
        "doc_hash": "a.md",
        "scores": {"text": 2.5, "hybrid": 0.016},
        "ranks": {"text": 3, "hybrid": 1},
        "folded": (FoldedHit(document="letters/b.md", page=1, start=START, end=END),),
    }
)


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    store = CollectionStore(database, home)
    for name in ("handbook", "letters"):
        store.create(name, starter_embedder(), ChunkingConfig())
    for name in ("a.md", "letters/b.md"):
        store.files.record("handbook", a_file(name).model_copy(update={"language": "English"}))
    store.files.record("letters", a_file("c.md"))
    return store


@pytest.fixture
def make_tab(qtbot: QtBot, store: CollectionStore, jobs: FakeJobs) -> Callable[[], DocumentsTab]:
    def make() -> DocumentsTab:
        tab = documents_tab(store, jobs)
        qtbot.addWidget(tab)
        tab.resize(1100, 800)
        tab.show()
        tab.presenter.select_collection("handbook")
        tab.presenter.show_page("ask")
        return tab

    return make


@pytest.fixture
def tab(make_tab: Callable[[], DocumentsTab]) -> DocumentsTab:
    return make_tab()


def ask(tab: DocumentsTab, jobs: FakeJobs, question: str) -> FakeJob:
    type_text(find(tab, QLineEdit, "question"), question)
    click(find(tab, QPushButton, "ask"))
    return jobs.of(ASK)[-1]


def answer(job: FakeJob, text: str, **more: object) -> None:
    job.produce(QuestionHits(id="1", hits=(FOUND,)))
    values = {"id": "1", "answer": text, "answerable": True, "hits": (FOUND,), "used": 1, **more}
    job.produce(Answer.model_validate(values))
    job.finish()


def last_card(tab: DocumentsTab) -> TurnCard:
    return tab.question.conversation.cards()[-1]


def shown_answer(tab: DocumentsTab) -> MarkedAnswer:
    return find(last_card(tab), MarkedAnswer, "documents_answer")


def requested(job: FakeJob) -> AskRequest:
    return AskRequest.model_validate(job.spec.params)


def background_of(view: MarkedAnswer, text: str) -> QColor:
    cursor: QTextCursor = view.document().find(text)
    return cursor.charFormat().background().color()


def test_that_each_sentence_says_in_words_and_colour_what_its_source_says(tab: DocumentsTab, jobs: FakeJobs) -> None:
    claims = (
        Claim(text="It is 27 days.", numbers=(1,), supported=True),
        Claim(text="It is 30 days.", numbers=(1,), supported=False, reason="It does not hold the number 30."),
        Claim(text="It flies.", numbers=(7,), supported=False, reason="Its mark points to no passage."),
    )
    text = "It is **27 days** [1]. It is 30 days [1]. Nobody ever said where. It flies [7]."
    answer(ask(tab, jobs, "How many?"), text, citations=(CITED,), dangling=(7,), claims=claims)
    view = shown_answer(tab)
    assert view.toPlainText().split("\n") == [
        "It is 27 days [1]. ✓ It is 30 days [1]. ⚠ not in its source Nobody ever said where. (no source) "
        "It flies [7]. ⚠ 7 points to no passage"
    ]
    bad = QColor(tokens_of().bad_soft)
    assert background_of(view, "30 days") == bad != background_of(view, "27 days")
    badge = find(last_card(tab), QLabel, "answer_badge").text()
    assert badge == "1 of 3 marked statements stand in their source · 1 without a source · [7] points to no passage"
    view.link_activated.emit("why:1")
    assert "number 30" in find(last_card(tab), QLabel, "support_details").text()
    view.link_activated.emit("cite:1")
    assert tab.question.place.marked_text() == HIT.text


def test_that_the_documents_do_not_say_is_a_state_of_its_own_with_the_nearest_passages(
    tab: DocumentsTab, jobs: FakeJobs
) -> None:
    answer(ask(tab, jobs, "Mayor?"), "The documents do not say.", answerable=False)
    card = last_card(tab)
    assert find(card, QFrame, "refusal").isVisible()
    assert not shown_answer(tab).isVisible()
    nearest = find(card, QPushButton, "nearest_hit")
    assert "a.md, page 1" in nearest.text()
    click(nearest)
    assert tab.question.place.marked_text() == HIT.text


def test_that_the_exact_prompt_is_shown_part_by_part_with_what_was_cut(tab: DocumentsTab, jobs: FakeJobs) -> None:
    job = ask(tab, jobs, "How many?")
    job.produce(
        AnswerPrompt(
            id="1",
            messages=(ChatMessage(role=Role.USER, content="[1] 27 days\n\nQuestion: How many?"),),
            tokens=1400,
            instruction_tokens=300,
            question_tokens=100,
            passages=(PassageInPrompt(number=1, document="a.md", page=1, tokens=1000),),
            left_out=(PassageInPrompt(document="b.md", page=2, tokens=900),),
            context_length=2048,
            answer_tokens=256,
        )
    )
    head = find(last_card(tab), QPushButton, "show_prompt")
    assert head.text() == "Prompt: 1,400 of 1,792 tokens, 1 cut"
    click(head)
    assert "Question: How many?" in find(last_card(tab), QPlainTextEdit, "prompt_text").toPlainText()
    texts = [label.text() for label in last_card(tab).findChildren(QLabel)]
    assert {"[1] a.md, page 1", "1,000", "Left out: b.md, page 2", "900"} <= set(texts)


def test_that_a_follow_up_carries_the_conversation_and_shows_what_was_searched_for(
    tab: DocumentsTab, jobs: FakeJobs
) -> None:
    answer(ask(tab, jobs, "How much holiday?"), "27 days [1].", citations=(CITED,))
    assert requested(jobs.of(ASK)[0]).history == ()
    assert find(tab, QLineEdit, "question").text() == ""
    job = ask(tab, jobs, "And in part time?")
    history = requested(job).history
    assert [(m.role, m.content) for m in history] == [
        (Role.USER, "How much holiday?"),
        (Role.ASSISTANT, "27 days [1]."),
    ]
    job.produce(StandaloneQuestion(id="1", asked="And in part time?", text="How much holiday is there in part time?"))
    answer(job, "The documents do not say.", answerable=False)
    card = last_card(tab)
    searched = find(card, QLabel, "turn_searched")
    assert searched.text() == "Searched for: How much holiday is there in part time?"
    click(find(card, QPushButton, "edit_searched"))
    line = find(card, QLineEdit, "searched_line")
    line.clear()
    type_text(line, "Holiday for part-timers?")
    press(line, Qt.Key.Key_Return)
    again = requested(jobs.of(ASK)[-1])
    assert (again.questions[0].text, again.history) == ("Holiday for part-timers?", ())
    assert len(tab.question.conversation.cards()) == 2, "asked again in its place"
    assert searched.text() == "Searched for: Holiday for part-timers?"


def test_that_a_new_conversation_forgets_and_the_earlier_one_comes_back(tab: DocumentsTab, jobs: FakeJobs) -> None:
    assert not find(tab, QPushButton, "earlier_conversations").isVisible()
    answer(ask(tab, jobs, "How much holiday?"), "27 days.")
    click(find(tab, QPushButton, "new_conversation"))
    assert tab.question.conversation.cards() == []
    assert requested(ask(tab, jobs, "And the kettle?")).history == ()
    menu = find(tab, QMenu, "earlier_conversations_menu")
    menu.aboutToShow.emit()
    entry = menu.actions()[0]
    assert [action.text() for action in menu.actions()] == [
        "How much holiday?",
        "",
        "Forget this conversation…",
        "Forget all conversations…",
    ]
    entry.trigger()
    assert jobs.of(ASK)[-1].cancelled, "the conversation that was left stops"
    assert find(last_card(tab), QLabel, "turn_question").text() == "How much holiday?"


def test_that_conversations_belong_to_their_collection(tab: DocumentsTab, jobs: FakeJobs) -> None:
    job = ask(tab, jobs, "How much holiday?")
    tab.presenter.select_collection("letters")
    job.produce(TextProduced(request_id="1", text="late"))
    assert job.cancelled
    assert tab.question.conversation.cards() == []
    tab.presenter.select_collection("handbook")
    assert find(last_card(tab), QLabel, "turn_status").text() == "Stopped."


def test_that_an_answer_is_copied_with_its_citations(tab: DocumentsTab, jobs: FakeJobs) -> None:
    answer(ask(tab, jobs, "How many?"), "27 days [1].", citations=(CITED,))
    click(find(last_card(tab), QPushButton, "copy_answer"))
    assert QApplication.clipboard().text() == (
        "**How many?**\n\n27 days [1].\n\n- [1] a.md, page 1: “Everybody gets 27 days of holiday.”\n"
    )


def search(tab: DocumentsTab, jobs: FakeJobs, question: str) -> HitRow:
    type_text(find(tab, QLineEdit, "question"), question)
    click(find(tab, QPushButton, "search_passages"))
    job = jobs.of(SEARCH)[-1]
    job.produce(QuestionHits(id="1", hits=(FOUND,)))
    job.finish()
    QApplication.processEvents()  # the passages, shown for the first time, get their place
    return tab.question.hits.rows()[0]


def test_that_a_hit_says_why_it_is_here(tab: DocumentsTab, jobs: FakeJobs) -> None:
    row = search(tab, jobs, "how many days")
    text = find(row, QLabel, "hit_text").text()
    assert ">days</span>" in text and ">holiday</span>" not in text
    why = find(row, QPushButton, "why")
    assert why.text() == "words 3rd · 1 nearly the same"
    click(why)
    texts = {label.text() for label in row.findChildren(QLabel)}
    assert {"Meaning", "not among the first", "Words", "3rd", "2.50", "Both together", "1st", "0.0160"} <= texts
    click(find(row, QPushButton, "folded_hit"))
    assert find(tab, QLabel, "place_document").text() == "letters/b.md"


def test_that_thumbs_are_kept_found_again_and_taken_back(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    row = search(tab, jobs, "holiday")
    press(row, Qt.Key.Key_Plus)
    (kept,) = store.judgements.judged_passages("handbook")
    assert (kept.judgement.question, kept.judgement.verdict, kept.text) == ("holiday", Verdict.RELEVANT, HIT.text)
    click(find(row, QPushButton, "thumb_down"))
    assert [j.verdict for j in store.judgements.list_judgements("handbook")] == [Verdict.IRRELEVANT]
    find(tab, QLineEdit, "question").clear()
    row = search(tab, jobs, "holiday")
    assert find(row, QPushButton, "thumb_down").isChecked() and not find(row, QPushButton, "thumb_up").isChecked()
    click(find(row, QPushButton, "thumb_down"))
    assert store.judgements.list_judgements("handbook") == []
    assert not find(row, QPushButton, "thumb_down").isChecked()


def test_that_passages_are_walked_through_with_the_keyboard(tab: DocumentsTab, jobs: FakeJobs) -> None:
    type_text(find(tab, QLineEdit, "question"), "holiday")
    click(find(tab, QPushButton, "search_passages"))
    other = FOUND.model_copy(update={"chunk_id": "2", "document": "letters/b.md"})
    jobs.of(SEARCH)[-1].produce(QuestionHits(id="1", hits=(FOUND, other)))
    first, second = tab.question.hits.rows()
    first.setFocus()
    press(first, Qt.Key.Key_Right)
    assert first.is_open
    press(first, Qt.Key.Key_Down)
    press(second, Qt.Key.Key_Return)
    assert find(tab, QLabel, "place_document").text() == "letters/b.md"
    assert find(tab, QPlainTextEdit, "place_text").toPlainText() == TEXT


def choose(button: ChoiceButton, key: str) -> None:
    click(button)
    assert button.popup is not None
    items = [button.popup.list.item(number) for number in range(button.popup.list.count())]
    next(i for i in items if i.data(Qt.ItemDataRole.UserRole) == key).setCheckState(Qt.CheckState.Checked)
    button.popup.close()


def test_that_search_settings_reach_the_search_and_are_remembered(
    make_tab: Callable[[], DocumentsTab], jobs: FakeJobs, store: CollectionStore
) -> None:
    tab = make_tab()
    click(tab.question.settings.section._head)
    mode = find(tab, QComboBox, "retrieval_mode")
    mode.setCurrentIndex(mode.findData("text"))
    mode.activated.emit(mode.currentIndex())
    find(tab, QSpinBox, "top_k").setValue(9)
    click(find(tab, QCheckBox, "fold_duplicates"))
    choose(find(tab, ChoiceButton, "also"), "letters")
    choose(find(tab, ChoiceButton, "folders"), "letters")
    search(tab, jobs, "holiday")
    request = SearchRequest.model_validate(jobs.of(SEARCH)[-1].spec.params)
    retrieval = request.retrieval
    assert (retrieval.mode, retrieval.top_k, retrieval.folds_duplicates) == (RetrievalMode.TEXT, 9, True)
    assert [ref.name for ref in request.others] == ["letters"]
    assert request.collection.only.folders == ("letters",)
    again = make_tab()
    summary = find(again, QLabel, "section_search_settings_summary").text()
    assert summary == "Words · 9 passages · near-duplicates folded · also letters · only letters/"
    again.presenter.select_collection("letters")
    assert find(again, QLabel, "section_search_settings_summary").text() == "Meaning and words · 5 passages"
    again.presenter.select_collection("handbook")
    click(again.question.settings.section._head)
    click(find(again, QPushButton, "reset_search_settings"))
    assert store.search_settings.load("handbook").top_k == 0


def test_that_a_purge_takes_the_document_out_of_the_search_settings(
    tab: DocumentsTab, jobs: FakeJobs, store: CollectionStore
) -> None:
    settings = tab.presenter.asking.settings
    settings.change_documents(documents=("a.md", "letters/b.md"))
    tab.presenter.files.remove(["/d/a.md"])
    tab.presenter.files.purge()
    jobs.of(PURGE)[-1].finish()
    assert tab.presenter.asking.state.settings.documents.documents == ("letters/b.md",)
    settings.change(top_k=3)
    kept = store.search_settings.load("handbook")
    assert (kept.top_k, kept.documents.documents) == (3, ("letters/b.md",)), "it does not come back"


def test_that_days_without_a_document_are_told_with_the_question(tab: DocumentsTab, jobs: FakeJobs) -> None:
    click(tab.question.settings.section._head)
    click(find(tab, QCheckBox, "until"))
    tab.presenter.asking.settings.change_documents(until=date(1999, 1, 1))
    type_text(find(tab, QLineEdit, "question"), "holiday")
    click(find(tab, QPushButton, "search_passages"))
    assert jobs.of(SEARCH) == []
    trouble = find(last_card(tab), QFrame, "question_trouble")
    assert trouble.accessibleName().startswith("No document of “handbook” was changed until 1999-01-01.")
    assert find(tab, QPushButton, "ask").isVisible(), "the next question can be asked"


def test_that_prompt_settings_reach_the_answer(tab: DocumentsTab, jobs: FakeJobs) -> None:
    click(tab.question.settings.section._head)
    order = find(tab, QComboBox, "passage_order")
    order.setCurrentIndex(order.findData("best last"))
    order.activated.emit(order.currentIndex())
    find(tab, QSpinBox, "passage_tokens").setValue(700)
    request = requested(ask(tab, jobs, "How many?"))
    assert (request.order, request.passage_tokens) == (PassageOrder.BEST_LAST, 700)


def test_that_a_folder_that_is_no_cross_encoder_is_refused(tab: DocumentsTab, home: WorkbenchPaths) -> None:
    tab.question.settings.reranker_chosen.emit(str(home.home))
    assert tab.presenter.asking.state.settings.reranker == ""


def test_that_a_question_about_everything_is_offered_the_whole_collection(tab: DocumentsTab) -> None:
    hint = find(tab, QFrame, "exhaustive_hint")
    type_text(find(tab, QLineEdit, "question"), "Who is the mayor?")
    assert not hint.isVisible()
    find(tab, QLineEdit, "question").clear()
    type_text(find(tab, QLineEdit, "question"), "Which letters mention a strike?")
    assert hint.isVisible()
    click(find(tab, QPushButton, "decline_exhaustive"))
    assert not hint.isVisible()
    type_text(find(tab, QLineEdit, "question"), " And all others?")
    click(find(tab, QPushButton, "go_exhaustive"))
    question = find(tab, QLineEdit, "exhaustive_question")
    assert question.isVisible()
    assert question.text() == "Which letters mention a strike? And all others?"


def test_that_another_tab_has_its_question_searched_in_its_way(
    make_tab: Callable[[], DocumentsTab], jobs: FakeJobs, store: CollectionStore
) -> None:
    """As the arm of a comparison did, whose failure is looked at; what is remembered of the collection stays."""
    tab = make_tab()
    tab.presenter.select_collection("letters")
    before = store.search_settings.load("handbook")
    tab.open_case({"collection": "handbook", "question": "How long?", "mode": "text", "top_k": "3", "reranker": ""})
    request = SearchRequest.model_validate(jobs.of(SEARCH)[-1].spec.params)
    assert (request.collection.name, request.queries[0].text) == ("handbook", "How long?")
    assert (request.retrieval.mode, request.retrieval.top_k) == (RetrievalMode.TEXT, 3)
    assert tab.presenter.state.selected == "handbook"
    assert tab.question.isVisible()
    assert store.search_settings.load("handbook") == before


def mended(job: FakeJob) -> None:
    """The index is there again."""
    spans = Path(RebuildRequest.model_validate(job.spec.params).collection.folder) / "spans.jsonl"
    spans.write_text("", encoding="utf-8")
    job.finish(RebuildReport(documents=0, chunks=0, spans=str(spans)))


def test_that_a_damaged_further_collection_is_mended_and_the_question_asked_again(
    tab: DocumentsTab, store: CollectionStore, jobs: FakeJobs
) -> None:
    tab.presenter.asking.settings.change(also=("letters",))
    lost = WorkbenchError("damaged", code=INDEX_DAMAGED, facts={INDEX_FOLDER: store.ref("letters").folder})
    ask(tab, jobs, "How long is the warranty?").fail(lost)
    (mending,) = jobs.of(REBUILD)
    assert RebuildRequest.model_validate(mending.spec.params).collection.name == "letters"
    mended(mending)
    assert len(jobs.of(ASK)) == 2
    jobs.of(ASK)[-1].fail(WorkbenchError("damaged", code=INDEX_DAMAGED))
    assert RebuildRequest.model_validate(jobs.of(REBUILD)[-1].spec.params).collection.name == "handbook"
    mended(jobs.of(REBUILD)[-1])
    jobs.of(ASK)[-1].fail(lost)
    assert len(jobs.of(REBUILD)) == 2, "each is mended once"
    assert tab.presenter.asking.state.turn is not None and tab.presenter.asking.state.turn.trouble is not None


def test_that_after_the_click_on_search_one_can_type_on(tab: DocumentsTab, qtbot: QtBot) -> None:
    tab.activateWindow()
    question = find(tab, QLineEdit, "question")
    type_text(question, "holiday")
    find(tab, QPushButton, "search_passages").setFocus()
    click(find(tab, QPushButton, "search_passages"))
    qtbot.waitUntil(question.hasFocus, timeout=60_000)
