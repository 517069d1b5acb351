from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click, find, press, type_text
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.llm.tasks import (
    GENERATE,
    SCAN_MODELS,
    GenerateReport,
    GenerateRequest,
    ModelUnloaded,
    ScanModelsReport,
    TextProduced,
)
from workbench.llm.too_long import LeaveOutSystem, LeaveOutTurns, Offer, RaiseContext, TooLong
from workbench.llm.types import Completion, FinishReason, ModelRef, Role, Usage
from workbench.playground.store import ExchangeStore
from workbench.settings import LlmSettings, Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.chat import ChatPage, build
from workbench.ui.playground.turn_widget import TurnWidget
from workbench.ui.widgets.answer_view import AnswerView
from workbench.ui.widgets.empty_state import EmptyState
from workbench.ui.widgets.model_picker import ModelPicker
from workbench.ui.widgets.page_scroller import PageScroller

STARTER = ModelRef(name="starter", path="/r/starter.gguf", parameters=5_900_000, content_key="s")
BIG = ModelRef(name="big", path="/m/big.gguf")
BROKEN = ModelRef(name="broken", path="/m/broken.gguf", problem="It is a web page.")


@dataclass(frozen=True)
class Trained:
    name: str
    gguf_path: str
    base_name: str
    base_path: str


HOUSE_STYLE = Trained("house-style", "/a/house.gguf", "starter", "/r/starter.gguf")
OTHER = Trained("other", "/a/other.gguf", "big", "/m/big.gguf")


@dataclass
class Surroundings:
    exchanges: ExchangeStore
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    adapters: list[Trained] = field(default_factory=lambda: [HOUSE_STYLE, OTHER])

    def job(self) -> FakeJob:
        return self.jobs.of(GENERATE)[-1]

    def request(self) -> GenerateRequest:
        return GenerateRequest.model_validate(self.job().spec.params)


@pytest.fixture
def around(database: Database) -> Surroundings:
    return Surroundings(ExchangeStore(database))


@pytest.fixture
def empty_tab(qtbot: QtBot, around: Surroundings) -> ChatPage:
    settings = Settings(llm=LlmSettings(context_length=1024, parallel_sequences=2))
    tab = build(
        around.jobs,
        around.messages,
        around.navigator,
        catalog=ModelCatalog(around.jobs, Path("/w"), lambda: ()),
        adapters=lambda: around.adapters,
        exchanges=around.exchanges,
        settings=lambda: settings,
    )
    qtbot.addWidget(tab)
    tab.resize(1000, 700)
    tab.show()
    return tab


@pytest.fixture
def tab(empty_tab: ChatPage, around: Surroundings) -> ChatPage:
    around.jobs.of(SCAN_MODELS)[0].finish(ScanModelsReport(models=(STARTER, BROKEN, BIG)))
    return empty_tab


def ask(tab: ChatPage, text: str) -> None:
    prompt = find(tab, QPlainTextEdit, "prompt")
    type_text(prompt, text)
    click(find(tab, QPushButton, "run_prompt"))


def completion(
    around: Surroundings, text: str, reason: FinishReason = FinishReason.STOP, digest: str = ""
) -> Completion:
    return Completion(
        id=around.request().requests[0].id,
        text=text,
        finish_reason=reason,
        usage=Usage(prompt_tokens=20, cached_tokens=5, generated_tokens=11),
        adapter_hash=digest,
        seconds_to_first_token=0.5,
        seconds=1.0,
    )


def say(around: Surroundings, *pieces: str) -> None:
    for piece in pieces:
        around.job().produce(TextProduced(request_id=around.request().requests[0].id, text=piece))


def finish(around: Surroundings, answer: Completion) -> None:
    around.job().produce(answer)
    around.job().finish(GenerateReport(completions=(answer,), model_hash="ab" * 32, context_length=1024))


def turns(tab: ChatPage) -> list[TurnWidget]:
    return [widget for widget in tab.findChildren(TurnWidget) if widget.isVisible()]


def label(turn: TurnWidget, name: str) -> str:
    return find(turn, QLabel, name).text()


def test_that_the_first_usable_model_is_chosen_and_broken_ones_are_not_offered(tab: ChatPage) -> None:
    picker = find(tab, ModelPicker)
    assert [picker.itemText(n).split("  ")[0] for n in range(picker.count())] == ["starter", "big"]
    assert picker.chosen() == STARTER


def test_that_without_a_model_the_way_to_one_is_shown(empty_tab: ChatPage, around: Surroundings) -> None:
    around.jobs.last.finish(ScanModelsReport(models=(BROKEN,)))
    page = next(page for page in empty_tab.findChildren(EmptyState) if page.isVisible())
    click(find(page, QPushButton, "empty_state_action"))
    assert around.navigator.opened == [("models", {})]
    assert not find(empty_tab, QPushButton, "run_prompt").isEnabled()


def test_that_a_prompt_goes_out_with_system_prompt_settings_and_load(tab: ChatPage, around: Surroundings) -> None:
    type_text(find(tab, QPlainTextEdit, "system_prompt"), "Be brief.")
    find(tab, QDoubleSpinBox, "option_temperature").setValue(0.7)
    find(tab, QSpinBox, "option_seed").setValue(42)
    find(tab, QPlainTextEdit, "option_stop").setPlainText("END\n\\n\\n")
    ask(tab, "Hello?")
    request = around.request()
    assert (around.job().spec.worker, request.model, request.exact) == ("llm", STARTER, False)
    assert [(m.role, m.content) for m in request.requests[0].messages] == [
        (Role.SYSTEM, "Be brief."),
        (Role.USER, "Hello?"),
    ]
    config = request.requests[0].config
    assert (config.temperature, config.seed, config.stop) == (0.7, 42, ("END", "\n\n"))
    assert (request.load.context_length, request.load.parallel_sequences) == (1024, 2)
    assert find(tab, QPlainTextEdit, "prompt").toPlainText() == ""


def test_that_the_answer_grows_and_ends_with_its_measures(qtbot: QtBot, tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Hello?")
    assert "Loading starter" in " ".join(found.text() for found in turns(tab)[0].findChildren(QLabel))
    say(around, "The **answer**", " is 42")
    qtbot.waitUntil(lambda: turns(tab)[0].answer.toPlainText() == "The answer is 42")
    finish(around, completion(around, "The **answer** is 42."))
    assert turns(tab)[0].answer.toPlainText() == "The answer is 42."
    assert label(turns(tab)[0], "turn_measured") == (
        "11 tokens  ·  20 tokens/s  ·  first after 0.50 s  ·  prompt 20 tokens (5 kept from before)"
    )
    bar = find(tab, QProgressBar, "context_used")
    assert (bar.value(), bar.maximum()) == (31, 1024)
    click(find(turns(tab)[0], QToolButton, "copy_answer"))
    assert QGuiApplication.clipboard().text() == "The **answer** is 42."


def test_that_stop_keeps_the_text(qtbot: QtBot, tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Hello?")
    say(around, "Half an")
    click(find(tab, QPushButton, "stop_answer"))
    assert around.job().cancelled
    around.job().produce(completion(around, "Half an", FinishReason.CANCELLED))
    around.job().end_cancelled()
    assert turns(tab)[0].answer.toPlainText() == "Half an"
    assert label(turns(tab)[0], "turn_measured").startswith("stopped by you")
    assert find(tab, QPushButton, "run_prompt").isVisible()
    assert around.exchanges.list_exchanges()[0].completion.text == "Half an"


def test_that_a_stop_before_the_first_word_ends_the_turn_too(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Hello?")
    tab.presenter.stop()
    around.job().end_cancelled()
    assert label(turns(tab)[0], "turn_measured").startswith("an empty answer  ·  stopped by you")
    assert around.exchanges.list_exchanges() == []


def test_that_ctrl_enter_runs_and_escape_stops(qtbot: QtBot, tab: ChatPage, around: Surroundings) -> None:
    prompt = find(tab, QPlainTextEdit, "prompt")
    type_text(prompt, "Hello?")
    prompt.setFocus()
    press(prompt, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert around.request().requests[0].messages[-1].content == "Hello?"
    press(prompt, Qt.Key.Key_Escape)
    assert around.job().cancelled


def test_that_the_next_question_carries_the_conversation(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "First?")
    finish(around, completion(around, "One."))
    ask(tab, "Second?")
    sent = [(m.role.value, m.content) for m in around.request().requests[0].messages]
    assert sent == [("user", "First?"), ("assistant", "One."), ("user", "Second?")]
    finish(around, completion(around, "Two."))
    click(find(tab, QPushButton, "new_conversation"))
    assert turns(tab) == []
    ask(tab, "Third?")
    assert len(around.request().requests[0].messages) == 1


def test_that_only_adapters_of_the_chosen_model_are_offered(tab: ChatPage) -> None:
    picker = find(tab, QComboBox, "adapter_picker")
    assert [picker.itemText(n) for n in range(picker.count())] == ["No adapter", "house-style"]
    tab.presenter.choose_model("big")
    assert [picker.itemText(n) for n in range(picker.count())] == ["No adapter", "other"]


def test_that_an_adapter_answers_and_its_hash_is_shown(tab: ChatPage, around: Surroundings) -> None:
    tab.open_case({"adapter": "house-style"})
    ask(tab, "Hello?")
    adapter = around.request().requests[0].adapter
    assert adapter is not None and adapter.path == "/a/house.gguf"
    finish(around, completion(around, "Dear customer", digest="0123456789abcdef" * 4))
    assert label(turns(tab)[0], "turn_adapter") == "adapter house-style  0123456789ab"


def test_that_an_adapter_trained_meanwhile_is_offered_with_its_model(tab: ChatPage, around: Surroundings) -> None:
    around.adapters.append(Trained("newest", "/a/newest.gguf", "big", "/m/big.gguf"))
    tab.open_case({"adapter": "newest"})
    assert (tab.presenter.state.model_name, tab.presenter.state.adapter_name) == ("big", "newest")


def test_that_a_tab_opened_before_the_models_are_known_gets_its_adapter(
    empty_tab: ChatPage, around: Surroundings
) -> None:
    empty_tab.open_case({"adapter": "other", "prompt": "Try me"})
    around.jobs.last.finish(ScanModelsReport(models=(STARTER, BIG)))
    state = empty_tab.presenter.state
    assert (state.model_name, state.adapter_name, state.prompt) == ("big", "other", "Try me")


def test_that_a_failure_is_said_in_the_turn_and_the_prompt_comes_back(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Too long")
    around.job().fail(WorkbenchError("The prompt has 4000 tokens.", hint="Shorten it."))
    assert label(turns(tab)[0], "turn_trouble") == "The prompt has 4000 tokens.\nShorten it."
    assert find(tab, QPlainTextEdit, "prompt").toPlainText() == "Too long"
    assert find(tab, QPushButton, "run_prompt").isEnabled()
    assert around.exchanges.list_exchanges() == []


def refuse(around: Surroundings, *offers: Offer) -> None:
    around.job().fail(TooLong(model="starter", tokens=1200, context_length=1024, offers=offers).problem())


def test_that_the_earliest_turns_are_left_out_at_the_press_of_a_button(
    qtbot: QtBot, tab: ChatPage, around: Surroundings
) -> None:
    for question in ("One?", "Two?"):
        ask(tab, question)
        finish(around, completion(around, "Yes."))
    ask(tab, "Three?")
    refuse(around, LeaveOutTurns(turns=1, tokens=300), RaiseContext(context_length=2048, more_bytes=9_000_000))
    qtbot.waitUntil(lambda: len(turns(tab)) == 3)
    assert "1,200 tokens" in label(turns(tab)[-1], "turn_trouble")
    button = find(tab, QPushButton, "offer_leave_out_turns")
    assert button.text() == "Leave out the earliest turn (−300 tokens)"
    click(button)
    assert [m.content for m in around.request().requests[0].messages] == ["Two?", "Yes.", "Three?"]
    finish(around, completion(around, "Three."))
    qtbot.waitUntil(lambda: len(turns(tab)) == 3)  # the refused one was asked again, not kept beside it
    assert "not sent along any more" in label(turns(tab)[0], "turn_measured")


def test_that_a_longer_context_is_remembered_and_used_at_once(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Long?")
    refuse(around, RaiseContext(context_length=2048, more_bytes=9_000_000))
    click(find(tab, QPushButton, "offer_raise_context"))
    assert around.request().load.context_length == 2048
    finish(around, completion(around, "Yes."))
    ask(tab, "Next?")
    assert around.request().load.context_length == 2048


def test_that_what_was_typed_after_a_refusal_is_kept(tab: ChatPage, around: Surroundings) -> None:
    type_text(find(tab, QPlainTextEdit, "system_prompt"), "Be long.")
    ask(tab, "Long?")
    refuse(around, LeaveOutSystem(tokens=900))
    prompt = find(tab, QPlainTextEdit, "prompt")
    prompt.clear()
    type_text(prompt, "Another")
    click(find(tab, QPushButton, "offer_leave_out_system"))
    assert [m.content for m in around.request().requests[0].messages] == ["Long?"]
    assert prompt.toPlainText() == "Another"


def test_that_a_model_that_made_room_is_named(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Hello?")
    around.job().produce(ModelUnloaded(name="big"))
    assert around.messages.texts("info") == ["big was unloaded to make room for starter."]


def test_that_a_crash_keeps_the_text_so_far_and_frees_the_tab(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "Hello?")
    say(around, "Some ", "words")
    around.job().crash("The engine stopped (segmentation fault).", "ggml_assert")
    assert turns(tab)[0].answer.toPlainText() == "Some words"
    assert label(turns(tab)[0], "turn_trouble").startswith("The engine stopped (segmentation fault).")
    ask(tab, "Again?")
    assert around.request().requests[0].messages[-1].content == "Again?"


def test_that_exchanges_are_kept_and_can_be_taken_up_again(tab: ChatPage, around: Surroundings) -> None:
    tab.presenter.edit_system("Be brief.")
    tab.presenter.set_option("temperature", 0.9)
    ask(tab, "Hello?")
    finish(around, completion(around, "Hi."))
    kept = around.exchanges.list_exchanges()[0]
    assert (kept.question, kept.completion.text, kept.model_hash) == ("Hello?", "Hi.", "ab" * 32)
    tab.presenter.clear()
    tab.presenter.reset_options()
    tab.presenter.edit_system("")
    menu = next(menu for menu in tab.findChildren(QMenu) if menu.actions() and "Hello?" in menu.actions()[0].text())
    menu.actions()[0].trigger()
    assert turns(tab)[0].answer.toPlainText() == "Hi."
    state = tab.presenter.state
    assert (state.system, state.config.temperature) == ("Be brief.", 0.9)


def test_that_words_of_a_cleared_conversation_are_not_shown_in_the_next(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "First?")
    first = around.job()
    click(find(tab, QPushButton, "new_conversation"))
    assert first.cancelled
    ask(tab, "Second?")
    first.produce(TextProduced(request_id="x", text="late words"))
    first.end_cancelled()
    assert turns(tab)[0].answer.text() == ""
    assert tab.presenter.state.running is not None


def test_that_each_setting_and_all_of_them_can_be_reset(tab: ChatPage) -> None:
    temperature = find(tab, QDoubleSpinBox, "option_temperature")
    temperature.setValue(1.5)
    find(tab, QSpinBox, "option_top_k").setValue(7)
    click(find(tab, QToolButton, "reset_temperature"))
    assert temperature.value() == 0.0
    assert tab.presenter.state.config.top_k == 7
    click(find(tab, QPushButton, "reset_options"))
    assert find(tab, QSpinBox, "option_top_k").value() == 40


def test_that_markup_in_a_question_is_shown_as_typed(tab: ChatPage, around: Surroundings) -> None:
    ask(tab, "<b>bold</b> **x**")
    question = find(turns(tab)[0], AnswerView, "turn_question")
    assert question.toPlainText() == "<b>bold</b> **x**"


def test_that_no_setting_is_cut_off_beside_the_conversation(tab: ChatPage) -> None:
    tab.resize(760, 560)
    area = tab.findChild(PageScroller)
    page = area.widget() if area is not None else None
    assert area is not None and page is not None and page.width() <= area.viewport().width()
