"""Decides what happens on the Playground tab. No Qt."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobHandle, Jobs, JobSpec
from workbench.llm.tasks import GENERATE, GenerateReport, GenerateRequest, ModelUnloaded, TextProduced
from workbench.llm.too_long import LeaveOutSystem, LeaveOutTurns, Offer, RaiseContext, too_long_of
from workbench.llm.types import (
    AdapterRef,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    ModelRef,
    Role,
)
from workbench.playground.types import Exchange
from workbench.settings import Settings
from workbench.ui.models.catalog import ModelCatalog
from workbench.ui.playground.state import AdapterChoice, PlaygroundState, Trouble, Turn
from workbench.ui.protocols import Messages, Navigator
from workbench.ui.widgets.model_choice import can_answer

if TYPE_CHECKING:
    from workbench.playground.store import ExchangeStore


class View(Protocol):
    def show_state(self, state: PlaygroundState) -> None: ...
    def append_answer(self, text: str) -> None:
        """More text of the turn that is being answered."""
        ...


class PlaygroundPresenter:
    """Methods are named after what the user did."""

    def __init__(
        self,
        jobs: Jobs,
        messages: Messages,
        navigator: Navigator,
        catalog: ModelCatalog,
        adapters: Callable[[], Sequence[AdapterChoice]],
        exchanges: "ExchangeStore",
        settings: Callable[[], Settings],
    ) -> None:
        self._jobs, self._messages, self._navigator = jobs, messages, navigator
        self._catalog, self._list_adapters = catalog, adapters
        self._exchanges, self._settings = exchanges, settings
        self._view: View | None = None
        self._handle: JobHandle | None = None
        self._wanted_adapter = ""
        self.state = PlaygroundState()

    # -- opening ------------------------------------------------------------------------------------------------------

    def start(self, view: View) -> None:
        """The tab is shown for the first time."""
        self._view = view
        self._catalog.subscribe(self._on_catalog_changed)
        self._catalog.ensure()
        self._show(history=tuple(self._exchanges.list_exchanges()))
        self._on_catalog_changed()

    def refresh(self) -> None:
        """The tab is shown again: another tab may have trained an adapter."""
        self._show_adapters()

    def open_case(self, case: dict[str, str]) -> None:
        """Another tab opens this one: `model` and `adapter` are chosen, `prompt` is filled in."""
        self._wanted_adapter = case.get("adapter", "")
        model = case.get("model", "") or self._base_of(self._wanted_adapter)
        if model:
            self._show(model_name=model, adapter_name="")
        self._show_adapters()
        if prompt := case.get("prompt", ""):
            self._show(prompt=prompt)

    # -- what the user chose and wrote --------------------------------------------------------------------------------

    def choose_model(self, name: str) -> None:
        self._show(model_name=name, context_length=0)
        self._show_adapters()

    def choose_adapter(self, name: str) -> None:
        """An empty name is the bare model."""
        self._wanted_adapter = ""
        self._show(adapter_name=name)

    def edit_system(self, text: str) -> None:
        self._show(system=text)

    def edit_prompt(self, text: str) -> None:
        self._show(prompt=text)

    def set_option(self, name: str, value: object) -> None:
        """One field of the generation settings."""
        try:
            self._show(config=GenerationConfig.model_validate(self.state.config.model_dump() | {name: value}))
        except ValidationError as error:
            self._messages.warning(f"{name}: {error.errors()[0]['msg']}.")
            self._show()

    def reset_options(self) -> None:
        self._show(config=GenerationConfig())

    # -- asking -------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Ask the model; the earlier turns of the conversation go along."""
        model = self._catalog.find(self.state.model_name)
        if not self.state.can_run or model is None:
            return
        turn = Turn(uuid.uuid4().hex, self.state.prompt.strip(), model.name, self.state.adapter_name)
        request = self._request(turn, model)
        if request is None:
            return
        messages, config = request.requests[0].messages, self.state.config

        def heard(event: JobEvent) -> None:
            self._on_event(event, turn, messages, config)

        self._show(turns=(*self.state.turns, turn), prompt="", waits_for=f"Loading {model.name}…")
        spec = JobSpec(
            task=GENERATE, params=request.model_dump(mode="json"), title=f"Answer with {model.name}", worker="llm"
        )
        self._handle = self._jobs.submit(spec, heard)

    def take_offer(self, turn_id: str, offer: Offer) -> None:
        """Do what makes the prompt of a refused turn fit, and ask it again."""
        turn = next((turn for turn in self.state.turns if turn.id == turn_id and turn.trouble is not None), None)
        model = self._catalog.find(self.state.model_name)
        if turn is None or model is None or self.state.running is not None:
            return
        match offer:
            case LeaveOutTurns(turns=count):
                self._leave_out(count)
            case LeaveOutSystem():
                self._show(system="")
            case RaiseContext(context_length=length):
                self._catalog.raise_context(model, length)
            case _:
                return
        typed = self.state.prompt
        self._show(turns=tuple(t for t in self.state.turns if t.id != turn_id), prompt=turn.question)
        self.run()
        if typed.strip() != turn.question:
            self._show(prompt=typed)  # written since: not lost

    def _leave_out(self, count: int) -> None:
        """The earliest turns that are still sent along."""
        sent = [turn.id for turn in self.state.turns if turn.answer and not turn.is_left_out][:count]
        self._show(
            turns=tuple(replace(turn, is_left_out=turn.is_left_out or turn.id in sent) for turn in self.state.turns)
        )

    def stop(self) -> None:
        """Keep the text that is there."""
        if self._handle is not None and self.state.running is not None:
            self._handle.cancel()

    def clear(self) -> None:
        """Begin a new conversation; what was said stays in the history."""
        self.stop()
        self._show(turns=(), waits_for="")

    def reopen(self, exchange_id: str) -> None:
        """Take up an exchange of the history: its prompt, system prompt, settings and model."""
        exchange = self._exchanges.find(exchange_id)
        if exchange is None or self.state.running is not None:
            return
        system = next((m.content for m in exchange.messages if m.role is Role.SYSTEM), "")
        turn = Turn(
            exchange.id, exchange.question, exchange.model_name, exchange.adapter_name, completion=exchange.completion
        )
        self._wanted_adapter = exchange.adapter_name
        self._show(
            turns=(turn,), system=system, config=exchange.config, model_name=exchange.model_name, adapter_name=""
        )
        self._show_adapters()

    def clear_history(self) -> None:
        self._exchanges.clear()
        self._show(history=())

    def open_models(self) -> None:
        """There is no model yet; the Models tab says how to get one."""
        self._navigator.open_tab("models")

    # -- hearing ------------------------------------------------------------------------------------------------------

    def _on_event(
        self, event: JobEvent, turn: Turn, messages: tuple[ChatMessage, ...], config: GenerationConfig
    ) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._change(turn, waits_for=reason)
            case Progressed():
                self._change(turn, waits_for="Reading the prompt…")
            case Produced(kind="TextProduced", item=item):
                self._hear_text(turn, TextProduced.model_validate(item).text)
            case Produced(kind="Completion", item=item):
                self._hear_completion(turn, Completion.model_validate(item))
            case Produced(kind="ModelUnloaded", item=item):
                unloaded = ModelUnloaded.model_validate(item).name
                self._messages.info(f"{unloaded} was unloaded to make room for {turn.model_name}.")
            case Finished(result=result):
                self._keep(turn, messages, config, GenerateReport.model_validate(result))
            case Cancelled():
                self._end_cancelled(turn, messages, config)
            case Failed(message=message, hint=hint, details=details):
                found = too_long_of(event)
                offers = found.offers if found is not None else ()
                said = found.parts_in_words if found is not None and offers else hint
                self._end_badly(turn, Trouble(message, said, details, offers))
            case Crashed(message=message, stderr_tail=tail):
                hint = "The text so far is kept. Asking again starts the engine anew."
                self._end_badly(turn, Trouble(message or "The engine stopped unexpectedly.", hint, tail))
            case _:
                pass

    def _hear_text(self, turn: Turn, text: str) -> None:
        now = self._current(turn)
        if now is None:
            return
        # Not shown as a state: a thousand tokens would draw the whole tab a thousand times.
        self.state = replace(self.state, turns=_changed(self.state.turns, turn.id, text=now.text + text))
        if self.state.waits_for:
            self._show(waits_for="")
        if self._view is not None:
            self._view.append_answer(text)

    def _hear_completion(self, turn: Turn, completion: Completion) -> None:
        self._change(turn, turns=_changed(self.state.turns, turn.id, completion=completion), waits_for="")

    def _keep(
        self, turn: Turn, messages: tuple[ChatMessage, ...], config: GenerationConfig, report: GenerateReport
    ) -> None:
        completion = report.completions[0]
        self._change(turn, turns=_changed(self.state.turns, turn.id, completion=completion), waits_for="")
        if self._current(turn) is not None:
            self._show(context_length=report.context_length)
        self._record(turn, messages, config, completion, report.model_hash)

    def _end_cancelled(self, turn: Turn, messages: tuple[ChatMessage, ...], config: GenerationConfig) -> None:
        """The completion of a stopped answer has come before; without one the stop came before the model was loaded."""
        now = self._current(turn) or turn
        completion = now.completion or Completion(id=turn.id, text=now.text, finish_reason=FinishReason.CANCELLED)
        self._hear_completion(turn, completion)
        if completion.text:
            self._record(turn, messages, config, completion, "")

    def _end_badly(self, turn: Turn, trouble: Trouble) -> None:
        now = self._current(turn)
        if now is None:
            self._messages.error(trouble.message, trouble.hint, trouble.details)
            return
        prompt = self.state.prompt or (turn.question if not now.text else "")
        self._show(turns=_changed(self.state.turns, turn.id, trouble=trouble), waits_for="", prompt=prompt)

    def _record(
        self,
        turn: Turn,
        messages: tuple[ChatMessage, ...],
        config: GenerationConfig,
        completion: Completion,
        model_hash: str,
    ) -> None:
        exchange = Exchange(
            id=turn.id,
            model_name=turn.model_name,
            model_hash=model_hash,
            adapter_name=turn.adapter_name,
            messages=messages,
            config=config,
            completion=completion,
        )
        saved = self._exchanges.record(exchange)
        self._show(history=(saved, *self.state.history))

    # -- helpers ------------------------------------------------------------------------------------------------------

    def _request(self, turn: Turn, model: ModelRef) -> GenerateRequest | None:
        adapter = None
        if turn.adapter_name:
            adapter = next((a for a in self._list_adapters() if a.name == turn.adapter_name), None)
            if adapter is None:
                self._messages.error(f"The adapter {turn.adapter_name} is not there any more.", "Choose another.")
                self._show_adapters()
                return None
        request = GenerationRequest(
            id=turn.id,
            messages=tuple(self._messages_for(turn)),
            config=self.state.config,
            adapter=AdapterRef(path=adapter.gguf_path) if adapter is not None else None,
        )
        return GenerateRequest(
            model=model, load=self._catalog.load_config(model, self._settings().llm), requests=(request,)
        )

    def _messages_for(self, turn: Turn) -> list[ChatMessage]:
        system = self.state.system.strip()
        messages = [ChatMessage(role=Role.SYSTEM, content=system)] if system else []
        for earlier in self.state.turns:
            if earlier.answer and not earlier.is_left_out:
                messages.append(ChatMessage(role=Role.USER, content=earlier.question))
                messages.append(ChatMessage(role=Role.ASSISTANT, content=earlier.answer))
        return [*messages, ChatMessage(role=Role.USER, content=turn.question)]

    def _on_catalog_changed(self) -> None:
        catalog = self._catalog
        models = tuple(model for model in catalog.answering if can_answer(model))
        self._show(models=models, is_scanning=catalog.is_scanning, was_scanned=catalog.was_scanned)
        names = [model.name for model in models]
        if models and self.state.model_name not in names and not catalog.is_scanning:
            self._show(model_name=names[0])
        self._show_adapters()

    def _show_adapters(self) -> None:
        """Offer the adapters of the chosen model; keep the chosen or wanted one where it is among them."""
        model = self._catalog.find(self.state.model_name)
        fitting = [a.name for a in self._list_adapters() if model is not None and _belongs(a, model)]
        wanted = self._wanted_adapter or self.state.adapter_name
        if wanted in fitting:
            self._wanted_adapter = ""
        self._show(adapters=tuple(fitting), adapter_name=wanted if wanted in fitting else "")

    def _base_of(self, adapter_name: str) -> str:
        adapter = next((a for a in self._list_adapters() if a.name == adapter_name), None)
        if adapter is None:
            return ""
        base = next((model for model in self._catalog.models if _belongs(adapter, model)), None)
        return base.name if base is not None else adapter.base_name

    def _current(self, turn: Turn) -> Turn | None:
        return next((t for t in self.state.turns if t.id == turn.id), None)

    def _change(self, turn: Turn, **changes: Any) -> None:
        """Show changes that belong to a turn, unless the conversation was cleared meanwhile."""
        if self._current(turn) is not None:
            self._show(**changes)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if self._view is not None:
            self._view.show_state(self.state)


def _changed(turns: tuple[Turn, ...], turn_id: str, **changes: Any) -> tuple[Turn, ...]:
    return tuple(replace(turn, **changes) if turn.id == turn_id else turn for turn in turns)


def _belongs(adapter: AdapterChoice, model: ModelRef) -> bool:
    return adapter.base_path == model.path or adapter.base_name == model.name
