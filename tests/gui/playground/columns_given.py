"""The columns with everything around them faked, and what a user does with them."""

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from tests.fakes import FakeJob, FakeJobs, FakeMessages, FakeNavigator
from tests.gui.acting import click, find, type_text
from tests.gui.playground.prompt_source import FakePromptSource
from workbench.database import Database
from workbench.llm.tasks import SCAN_MODELS, ScanModelsReport, TextProduced
from workbench.llm.types import ChatMessage, Completion, FinishReason, MemoryUse, ModelRef, Role, Usage
from workbench.paths import WorkbenchPaths
from workbench.playground.conversation_store import ConversationStore
from workbench.playground.rating_store import RatingStore
from workbench.playground.store import ExchangeStore
from workbench.playground.tasks import ANSWER, AnswerBegun, AnswerReport, AnswerRequest
from workbench.playground.types import ExtractedAnswer
from workbench.rag.store import CollectionStore
from workbench.settings import LlmSettings, Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.columns import Columns, build
from workbench.ui.playground.columns.board import Surroundings
from workbench.ui.playground.columns.column_view import ColumnView
from workbench.ui.playground.columns.turn_view import TurnView
from workbench.ui.protocols import at_once

STARTER = ModelRef(name="starter", path="/r/starter.gguf", parameters=5_900_000, content_key="s", context_length=4096)
BIG = ModelRef(name="big", path="/m/big.gguf", content_key="b")
HASHES = {"starter": "ab" * 32, "big": "cd" * 32}
BROKEN = ModelRef(name="broken", path="/m/broken.gguf", problem="It is a web page.")


@dataclass(frozen=True)
class Trained:
    name: str
    gguf_path: str
    base_name: str
    base_path: str
    gguf_hash: str = ""


HOUSE_STYLE = Trained("house-style", "/a/house.gguf", "starter", "/r/starter.gguf", "a1")
OTHER = Trained("other", "/a/other.gguf", "big", "/m/big.gguf")


def backwards(order: list[str]) -> None:
    """The draw of the blind mode, for tests."""
    order.reverse()


@dataclass
class Given:
    """The columns and what they were given."""

    database: Database
    paths: WorkbenchPaths
    jobs: FakeJobs = field(default_factory=FakeJobs)
    messages: FakeMessages = field(default_factory=FakeMessages)
    navigator: FakeNavigator = field(default_factory=FakeNavigator)
    source: FakePromptSource = field(default_factory=FakePromptSource)
    adapters: list[Trained] = field(default_factory=lambda: [HOUSE_STYLE, OTHER])

    def __post_init__(self) -> None:
        self.conversations = ConversationStore(self.database)
        self.exchanges = ExchangeStore(self.database)
        self.ratings = RatingStore(self.database)
        self.collections = CollectionStore(self.database, self.paths)
        self.catalog = ModelCatalog(self.jobs, Path("/w"), lambda: ())

    def build(self, qtbot: QtBot) -> Columns:
        settings = Settings(llm=LlmSettings(context_length=1024, parallel_sequences=2))
        view = build(
            Surroundings(
                jobs=self.jobs,
                messages=self.messages,
                navigator=self.navigator,
                catalog=self.catalog,
                source=self.source,
                list_adapters=lambda: self.adapters,
                collections=self.collections,
                conversations=self.conversations,
                exchanges=self.exchanges,
                ratings=self.ratings,
                settings=lambda: settings,
                in_background=at_once,
            ),
            backwards,
        )
        qtbot.addWidget(view)
        view.resize(1000, 700)
        view.show()
        return view

    def list_models(self, *models: ModelRef) -> None:
        self.jobs.of(SCAN_MODELS)[-1].finish(ScanModelsReport(models=models))

    # -- the jobs that answer ---------------------------------------------------------------------------------------

    def answers(self) -> list[FakeJob]:
        return self.jobs.of(ANSWER)

    def request(self, job: FakeJob | None = None) -> AnswerRequest:
        return AnswerRequest.model_validate((job or self.answers()[-1]).spec.params)

    def begin(self, job: FakeJob | None = None, begun: str = "") -> None:
        """The worker tells what it sends."""
        job = job or self.answers()[-1]
        request = self.request(job)
        question = ChatMessage(role=Role.USER, content=request.values["question"])
        system = ChatMessage(role=Role.SYSTEM, content="Be brief.")
        messages = (system, *request.earlier, question)
        job.produce(AnswerBegun(request_id=request.id, messages=messages, begun=begun + request.continue_from))

    def say(self, *pieces: str, job: FakeJob | None = None) -> None:
        job = job or self.answers()[-1]
        for piece in pieces:
            job.produce(TextProduced(request_id=self.request(job).id, text=piece))

    def finish(
        self,
        text: str,
        *,
        job: FakeJob | None = None,
        reason: FinishReason = FinishReason.STOP,
        digest: str = "",
        extracted: ExtractedAnswer | None = None,
        begun: str = "",
    ) -> None:
        """The answer of one column is there: `text` is what was generated."""
        job = job or self.answers()[-1]
        self.begin(job, begun)
        request = self.request(job)
        scale = request.adapter.scale if request.adapter else 1.0
        done = self.completion(text, reason=reason, digest=digest, scale=scale)
        question = ChatMessage(role=Role.USER, content=request.values["question"])
        whole = begun + request.continue_from + text
        job.produce(done)
        job.finish(
            AnswerReport(
                completion=done,
                messages=(*request.earlier, question),
                text=whole,
                extracted=extracted or ExtractedAnswer(answer=whole),
                memory=MemoryUse(weights=6_300_000, kv_cache=12_000_000, compute=16_000_000, adapters=210_000),
                model_hash=HASHES[request.model.name],
                context_length=1024,
            )
        )

    def completion(
        self, text: str, *, reason: FinishReason = FinishReason.STOP, digest: str = "", scale: float = 1.0
    ) -> Completion:
        return Completion(
            text=text,
            finish_reason=reason,
            usage=Usage(prompt_tokens=20, cached_tokens=5, generated_tokens=11),
            adapter_hash=digest,
            adapter_scale=scale,
            seconds_to_first_token=0.5,
            seconds=1.0,
            final_prompt="<|user|>Hello?",
        )


def ask(view: Columns, text: str) -> None:
    type_text(find(view, QPlainTextEdit, "prompt"), text)
    click(find(view, QPushButton, "run_prompt"))
    while view.presenter.state.to_ask:
        QApplication.processEvents()


def columns(view: Columns) -> list[ColumnView]:
    """As they stand, from the left."""
    return sorted((one for one in view.findChildren(ColumnView) if one.isVisible()), key=lambda one: one.x())


def turns(column: ColumnView | Columns) -> list[TurnView]:
    """From the first to the last that is shown."""
    return sorted((one for one in column.findChildren(TurnView) if one.isVisible()), key=lambda one: one.y())


def label(parent: ColumnView | TurnView | Columns, name: str) -> str:
    return find(parent, QLabel, name).text()


def shown_text(turn: TurnView) -> str:
    return turn.answer.toPlainText()


def settle(qtbot: QtBot, view: Columns) -> None:
    """Everything that is to be painted is."""
    qtbot.waitUntil(lambda: not view._turns._waiting)


def measured(column: ColumnView) -> str:
    """The measures under a column, with ordinary spaces."""
    return label(column, "column_measured").replace("\N{NO-BREAK SPACE}", " ")
