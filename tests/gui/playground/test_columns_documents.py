"""A column with documents: searched first, shown in the turn, put into the prompt."""

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob
from tests.gui.acting import click, find
from tests.gui.playground.columns_given import BIG, STARTER, Given, ask, columns, label, turns
from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.llm.types import Role
from workbench.playground.quoted import PURGED
from workbench.playground.types import Prompt, PromptBlock
from workbench.rag.indexing import INDEX_DAMAGED
from workbench.rag.purged import Purged
from workbench.rag.search_types import Hit, QuestionHits, SearchReport, SearchRequest
from workbench.rag.tasks import REBUILD, SEARCH
from workbench.rag.types import ChunkingConfig
from workbench.ui.playground.columns import Columns
from workbench.ui.widgets.answer_view import AnswerView

HIT = Hit(document="returns.md", page=2, start=0, end=20, score=0.9, text="Returns take 30 days.", title="Returns")


@pytest.fixture
def grounded(qtbot: QtBot, given: Given) -> Columns:
    """One column that asks the collection “policies”."""
    embedder = EmbedderRef(name="e", content_hash="h", path="/e", dimension=3, max_tokens=64)
    given.collections.create("policies", embedder, ChunkingConfig())
    view = given.build(qtbot)
    given.list_models(STARTER)
    box = find(columns(view)[0], QComboBox, "collection_picker")
    box.setCurrentIndex(box.findText("policies"))
    box.activated.emit(box.currentIndex())
    return view


def search(given: Given) -> FakeJob:
    return given.jobs.of(SEARCH)[-1]


def found(given: Given, *hits: Hit) -> None:
    search(given).produce(QuestionHits(id="1", hits=hits))
    search(given).finish(SearchReport(queries=1))


def test_that_passages_are_found_first_and_go_into_the_prompt(grounded: Columns, given: Given) -> None:
    ask(grounded, "How long?")
    assert given.answers() == []
    request = SearchRequest.model_validate(search(given).spec.params)
    assert (request.collection.name, request.queries[0].text) == ("policies", "How long?")
    found(given, HIT)
    assert [(p.title, p.text) for p in given.request().passages] == [("Returns", "Returns take 30 days.")]
    click(find(turns(grounded)[0], QPushButton, "turn_sources_fold"))
    shown = find(turns(grounded)[0], AnswerView, "turn_sources_text")
    assert shown.toPlainText() == "[1] Returns\nReturns take 30 days."
    given.finish("30 days [1].")
    kept = grounded.presenter.state.columns[0].path[0]
    assert (kept.retrieved[0].document, kept.answered_by.collection) == ("returns.md", "policies")


def test_that_the_model_is_not_asked_where_nothing_is_found(grounded: Columns, given: Given) -> None:
    ask(grounded, "How long?")
    found(given)
    assert label(turns(grounded)[0], "turn_trouble").startswith("No passage was found in policies")
    assert given.answers() == []
    assert find(grounded, QPushButton, "run_prompt").isVisible()


def test_that_a_damaged_index_is_restored_and_searched_again(grounded: Columns, given: Given) -> None:
    ask(grounded, "How long?")
    search(given).fail(WorkbenchError("The index lacks chunks.", code=INDEX_DAMAGED))
    given.jobs.of(REBUILD)[-1].finish()
    assert len(given.jobs.of(SEARCH)) == 2
    search(given).fail(WorkbenchError("The index lacks chunks.", code=INDEX_DAMAGED))  # once is enough
    assert label(turns(grounded)[0], "turn_trouble") == "The index lacks chunks."


def test_that_a_collection_that_is_gone_is_said_in_the_turn(grounded: Columns, given: Given) -> None:
    given.collections.delete("policies")
    ask(grounded, "How long?")
    assert label(turns(grounded)[0], "turn_trouble").startswith("There is no collection named 'policies'.")


def test_that_stop_ends_a_search_too(grounded: Columns, given: Given) -> None:
    ask(grounded, "How long?")
    click(find(grounded, QPushButton, "stop_answer"))
    assert search(given).cancelled
    search(given).end_cancelled()
    assert not grounded.presenter.state.is_running


def test_that_another_tab_opens_a_question_with_its_documents_and_prompt(qtbot: QtBot, given: Given) -> None:
    embedder = EmbedderRef(name="e", content_hash="h", path="/e", dimension=3, max_tokens=64)
    given.collections.create("policies", embedder, ChunkingConfig())
    view = given.build(qtbot)
    given.list_models(STARTER)
    prompt = Prompt(blocks=(PromptBlock(role=Role.USER, text="Briefly: {{ question }}"),))
    view.open_case(
        {
            "prompt": "How long?",
            "collection": "policies",
            "model": STARTER.name,
            "adapter": "",
            "draft": prompt.model_dump_json(exclude_defaults=True),
            "draft_name": "rag",
        }
    )
    assert find(view, QPlainTextEdit, "prompt").toPlainText() == "How long?"
    assert find(columns(view)[0], QComboBox, "collection_picker").currentText() == "policies"
    assert (given.source.prompt, given.source.opened) == (prompt, ["rag"])


def test_that_the_starter_model_without_documents_says_what_it_can(qtbot: QtBot, given: Given) -> None:
    view = given.build(qtbot)
    given.list_models(STARTER.model_copy(update={"source": "starter"}), BIG)
    [column] = columns(view)
    assert any("answers from documents" in text.text() for text in column.findChildren(QLabel))
    view.presenter.setup.choose_model(view.presenter.state.columns[0].id, "big")
    assert not any("answers from documents" in text.text() for text in column.findChildren(QLabel))


def test_that_an_open_conversation_does_not_write_down_again_what_was_purged(grounded: Columns, given: Given) -> None:
    ask(grounded, "How long?")
    found(given, HIT)
    given.finish("30 days [1].")
    [entry] = given.conversations.list_conversations()
    kept = given.conversations.find(entry.id)
    assert kept is not None and HIT.text in kept.model_dump_json()
    gone = Purged("policies", frozenset(), frozenset({HIT.document}))
    grounded.presenter.history.forget_purged(gone.is_of)
    kept = given.conversations.find(entry.id)
    assert kept is not None and HIT.text not in kept.model_dump_json()
    assert label(turns(grounded)[0], "turn_trouble").startswith(PURGED)
