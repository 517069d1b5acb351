"""The live preview: the exact text after the chat template, from the worker, a moment after the last key. No Qt."""

from dataclasses import replace
from typing import Any

from workbench.jobs.events import Crashed, Failed, Finished, JobEvent, LastWord
from workbench.jobs.spec import JobSpec
from workbench.llm.types import ModelRef
from workbench.playground.tasks import PREVIEW, PreviewReport, PreviewRequest
from workbench.playground.types import QUESTION
from workbench.ui.playground.editor.board import Board, Surroundings
from workbench.ui.protocols import Later
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.widgets.model_choice import can_answer

PREVIEW_SECONDS = 0.5
NO_QUESTION = "(your question)"
"""Stands for the question while the input box is empty."""


class PreviewPart:
    """One job at a time; what changed meanwhile is previewed after it."""

    def __init__(self, board: Board, around: Surroundings, later: Later) -> None:
        self._board, self._around, self._later = board, around, later
        self._question = ""
        self._asked: PreviewRequest | None = None
        self._is_again = False
        self._is_chosen = False

    def start(self) -> None:
        self._board.on_change(lambda _is_typing: self.soon())
        self._around.catalog.subscribe(self._on_catalog)
        self._around.catalog.ensure()
        self._on_catalog()

    def switch(self, is_open: bool) -> None:
        """The section was opened or closed."""
        self._show(is_open=is_open)
        self.soon()

    @property
    def waits(self) -> bool:
        """Whether something is to be previewed after the job that runs."""
        return self._is_again

    def suggest_model(self, name: str) -> None:
        """The model of the first column: its chat template is shown until the user chooses another here."""
        if not self._is_chosen:
            self._show_model(name)

    def choose_model(self, name: str) -> None:
        """The user says whose chat template is shown."""
        self._is_chosen = True
        self._show_model(name)

    def _show_model(self, name: str) -> None:
        if name != self._board.state.preview.model_name:
            self._show(model_name=name, report=None)
            self.soon()

    def look_at(self, question: str, model_name: str) -> None:
        """What the columns would be asked: the text in the input box, the model of the first column."""
        if model_name:
            self.suggest_model(model_name)
        self.ask(question)

    def ask(self, question: str) -> None:
        """What stands in the input box."""
        if question != self._question:
            self._question = question
            self.soon()

    def soon(self) -> None:
        if self._board.state.preview.is_open:
            self._later("preview", PREVIEW_SECONDS, self._compute)

    def _compute(self) -> None:
        state = self._board.state
        model = self._model()
        if not state.preview.is_open or model is None:
            return
        if state.problems or state.schema_problem:
            self._show(trouble=Trouble("The preview goes on when the mistake in the prompt is mended."))
            return
        request = self._request(model)
        if request == self._asked and state.preview.trouble is None:
            return
        if state.preview.is_running:
            self._is_again = True
            return
        self._asked = request
        self._show(is_running=True)
        spec = JobSpec(
            task=PREVIEW, params=request.model_dump(mode="json"), title=f"Preview with {model.name}", worker="llm"
        )
        self._around.jobs.submit(spec, self._on_event)

    def _request(self, model: ModelRef) -> PreviewRequest:
        state = self._board.state
        return PreviewRequest(
            model=model,
            load=self._around.catalog.load_config(model, self._around.settings().llm),
            prompt=state.draft.prompt,
            values={**state.given_values, QUESTION: self._question or NO_QUESTION},
        )

    def _on_event(self, event: JobEvent) -> None:
        if not isinstance(event, LastWord):
            return
        match event:
            case Finished(result=result):
                self._show(is_running=False, report=PreviewReport.model_validate(result), trouble=None)
            case Failed() | Crashed():
                self._asked = None
                self._show(is_running=False, trouble=trouble_of(event))
            case _:
                self._asked = None
                self._show(is_running=False)
        if self._is_again:
            self._is_again = False
            self._compute()

    def _on_catalog(self) -> None:
        models = tuple(model for model in self._around.catalog.answering if can_answer(model))
        name = self._board.state.preview.model_name
        if self._model() is None and models:
            name = models[0].name
        self._show(models=models, model_name=name)
        self.soon()

    def _model(self) -> ModelRef | None:
        return self._around.catalog.find(self._board.state.preview.model_name)

    def _show(self, **changes: Any) -> None:
        preview = replace(self._board.state.preview, **changes)
        if preview != self._board.state.preview:
            self._board.show(preview=preview)
