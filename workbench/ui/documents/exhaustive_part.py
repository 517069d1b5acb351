"""A question to every passage of the collection. No Qt."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, JobEvent, Produced, Progressed, Queued
from workbench.jobs.spec import JobSpec
from workbench.playground.prompt_files import write_whole
from workbench.rag.document_filter import DocumentFilter
from workbench.rag.exhaustive import ExhaustiveProgress, ExhaustiveReport, ExhaustiveRequest, Finding
from workbench.rag.exhaustive_export import findings_as_csv, findings_as_markdown
from workbench.rag.exhaustive_filter import PassageFilter, PassingReport, PassingRequest
from workbench.rag.purged import Purged
from workbench.rag.tasks import COUNT_PASSING, EXHAUST
from workbench.rag.types import CollectionRef
from workbench.ui import board
from workbench.ui.board import Running
from workbench.ui.documents.adapter_choice import adapter_ref, fitting_adapters
from workbench.ui.documents.asking_state import Place
from workbench.ui.documents.board import Surroundings
from workbench.ui.documents.exhaustive_state import ExhaustiveState, ReadingPhase, numbered, without_documents
from workbench.ui.documents.mended_job import MendedJob
from workbench.ui.documents.place_part import PlacePart
from workbench.ui.documents.state import Contents
from workbench.ui.trouble import Trouble
from workbench.ui.trying import tell, tried
from workbench.ui.widgets.model_choice import can_answer

_WORKER = "llm"


class ExhaustiveBoard(board.Board[ExhaustiveState, board.Shows[ExhaustiveState]]):
    def __init__(self) -> None:
        super().__init__(ExhaustiveState())


class ExhaustivePart:
    """Methods are named after what the user did."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.board = self._board = ExhaustiveBoard()
        self._collections = surroundings.collections
        self._catalog = surroundings.catalog
        self._list_adapters = surroundings.list_adapters
        self._settings = surroundings.settings
        self._messages = surroundings.messages
        self._in_background = surroundings.in_background
        self.places = PlacePart(surroundings, self._show_place, lambda: self.state.place, lambda: self.state.selected)
        self._job = MendedJob(surroundings, self._show_mending, self._over)
        self._counting: tuple[object, ...] = ()
        """The question, the words, the documents and the contents that are being counted for."""
        self._seen: set[tuple[str, int, int]] = set()
        """Places of the findings: a batch that was stopped halfway is read again."""
        self._catalog.subscribe(self._show_models)
        self._show_models()

    @property
    def state(self) -> ExhaustiveState:
        return self._board.state

    def show_collection(self, name: str, contents: Contents) -> None:
        """What the tab has selected, and what its index holds; findings belong to a collection."""
        state = self.state
        if name != state.selected:
            self._job.leave()
            self._seen.clear()
            self.places.leave()
            self._board.state = ExhaustiveState(
                models=state.models,
                model=state.model,
                adapters=state.adapters,
                adapter=state.adapter,
                adapter_scale=state.adapter_scale,
            )
            self._board.show(selected=name, contents=contents)
        elif contents != state.contents:
            self._board.show(contents=contents, counted=None)
        if contents.has_chunks and (name, contents) != (state.selected, state.contents):
            self._look_for_folders(name)

    def take_new_name(self, before: str, name: str) -> None:
        """A collection is called so now: what was found in it stays."""
        if before == self.state.selected:
            place = self.state.place
            self._board.show(selected=name, place=replace(place, collection=name) if place is not None else None)

    def forget_documents(self, purged: Purged) -> None:
        """These documents are gone for good, and with them what was found there."""
        self.places.forget(purged)
        left = without_documents(self.state.findings, sorted(purged.names))
        if len(left) < len(self.state.findings):
            self._board.show(findings=left)

    def _look_for_folders(self, name: str) -> None:
        def show(folders: tuple[str, ...]) -> None:
            if name == self.state.selected:
                self._board.show(folders=folders)

        self._in_background(lambda: tuple(self._collections.filters.folders(name)), show)

    def edit_question(self, text: str) -> None:
        self._board.show(question=text, counted=None)

    def choose_model(self, name: str) -> None:
        self._board.show(model=name)
        self.offer_adapters()

    def choose_adapter(self, name: str) -> None:
        """It reads with the model; an empty name leaves the model alone."""
        if name != self.state.adapter:
            self._board.show(adapter=name, adapter_scale=1.0)

    def scale_adapter(self, scale: float) -> None:
        """How strongly the adapter is applied."""
        self._board.show(adapter_scale=scale)

    def offer_adapters(self) -> None:
        """Those of the chosen model; they may have come or gone on another tab."""
        fitting, kept = fitting_adapters(self._list_adapters(), self.state.models, self.state.model, self.state.adapter)
        if (fitting, kept) != (self.state.adapters, self.state.adapter):
            self._board.show(adapters=fitting, adapter=kept)

    def change_documents(self, **changes: Any) -> None:
        """Which documents are read; days in the wrong order change nothing."""
        try:
            documents = DocumentFilter.model_validate({**dict(self.state.wanted), **changes})
        except ValidationError:
            return
        if documents != self.state.wanted:
            self._board.show(wanted=documents, counted=None)

    def change_filter(self, **changes: Any) -> None:
        """Which passages the model shall read."""
        passes = PassageFilter.model_validate({**dict(self.state.passes), **changes})
        counted = self.state.counted if passes.words == self.state.passes.words else None
        self._board.show(passes=passes, counted=counted)

    def count(self) -> None:
        """How many passages does the filter let through? No chat model takes part."""
        state = self.state
        if state.phase is not ReadingPhase.IDLE or not state.question.strip() or not state.has_chunks:
            return
        if state.counted is None:
            self._counting = self._countable()
            self._board.show(phase=ReadingPhase.COUNTING, trouble=None)
            self._job.start(state.selected, self._count_spec, self._on_counted)

    def begin(self) -> None:
        """Read from the beginning; what was found for an earlier question goes."""
        if self.state.can_start:
            self._seen.clear()
            self._board.show(
                asked=self.state.question.strip(), read_by=self.state.reads, findings=(), progress=None, problems=0
            )
            self._read()

    def go_on(self) -> None:
        """Read on behind the place where it was stopped."""
        if self.state.can_go_on:
            self._read()

    def stop(self) -> None:
        """What was found stays."""
        self._job.stop()

    def open_finding(self, finding: Finding) -> None:
        self.places.open_place(finding.citation)

    def export(self, path: str) -> None:
        """Write what was found, as a table or as text by the file's ending."""
        state, target = self.state, Path(path)
        is_table = target.suffix.lower() == ".csv"
        text = (
            findings_as_csv(state.findings)
            if is_table
            else findings_as_markdown(state.asked, state.findings, state.summary)
        )
        self._in_background(
            partial(tried, partial(write_whole, target, text)), lambda problem: self._tell_export(target, problem)
        )

    def markdown(self) -> str:
        """What was found, to be pasted elsewhere."""
        return findings_as_markdown(self.state.asked, self.state.findings, self.state.summary)

    def _tell_export(self, target: Path, problem: WorkbenchError | None) -> None:
        if problem is None:
            self._messages.info(f"{len(self.state.findings)} findings were written to {target.name}.")
        else:
            tell(self._messages, problem)

    # -- jobs -------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        self._board.show(
            phase=ReadingPhase.READING,
            running=Running("Opening the index"),
            was_started=True,
            is_complete=False,
            trouble=None,
        )
        self._job.start(self.state.selected, self._read_spec, self._on_reading)

    def _on_counted(self, event: JobEvent) -> None:
        if not isinstance(event, Finished):
            return
        is_old = self._counting != self._countable()
        self._board.show(counted=None if is_old else PassingReport.model_validate(event.result))
        self._over()
        if is_old:  # the user typed on meanwhile, or documents came
            self.count()

    def _on_reading(self, event: JobEvent) -> None:
        match event:
            case Queued(reason=label) if label:
                self._board.show(running=Running(label))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Produced(kind="Finding", item=item):
                self._add(Finding.model_validate(item))
            case Produced(kind="ExhaustiveProgress", item=item):
                self._board.show(progress=ExhaustiveProgress.model_validate(item))
            case Finished(result=result):
                report = ExhaustiveReport.model_validate(result)
                problems = self.state.problems + report.problems
                self._board.show(
                    is_complete=report.is_complete, problems=problems, progress=self._final_progress(report)
                )
                self._over()
            case _:
                pass

    def _final_progress(self, report: ExhaustiveReport) -> ExhaustiveProgress:
        """Also where no batch was read: the filter may let nothing through."""
        return self.state.progress or ExhaustiveProgress(
            chunks=report.chunks, likely=report.likely, read=report.read, found=len(self.state.findings)
        )

    def _add(self, finding: Finding) -> None:
        place = (finding.citation.document, finding.citation.page, finding.citation.start)
        if place not in self._seen:
            self._seen.add(place)
            self._board.show(findings=(*self.state.findings, numbered(finding, len(self.state.findings) + 1)))

    def _over(self, trouble: Trouble | None = None) -> None:
        self._board.show(phase=ReadingPhase.IDLE, running=None, **({"trouble": trouble} if trouble else {}))

    def _show_mending(self) -> None:
        self._board.show(running=Running("Mending the index"))

    def _countable(self) -> tuple[object, ...]:
        return self.state.question, self.state.passes.words, self.state.wanted, self.state.contents

    def _collection(self) -> CollectionRef:
        """Raises WorkbenchError when no document of it is meant."""
        return self._collections.asked_refs(self.state.selected, (), self.state.wanted)[0]

    def _count_spec(self) -> JobSpec:
        state = self.state
        request = PassingRequest(
            collection=self._collection(), question=state.question.strip(), words=state.passes.words
        )
        params, title = request.model_dump(mode="json"), f"Count passages of {state.selected}"
        return JobSpec(task=COUNT_PASSING, params=params, title=title, worker=_WORKER)

    def _read_spec(self) -> JobSpec:
        state = self.state
        model = next(model for model in state.models if model.name == state.model)
        request = ExhaustiveRequest(
            collection=self._collection(),
            question=state.asked,
            model=model,
            adapter=adapter_ref(self._list_adapters(), state.adapter, state.adapter_scale),
            load=self._catalog.load_config(model, self._settings().llm),
            passes=state.passes,
            after=state.progress.reached if state.progress is not None else None,
            found_before=len(state.findings),
        )
        params, title = request.model_dump(mode="json"), f"Read all of {state.selected}"
        return JobSpec(task=EXHAUST, params=params, title=title, worker=_WORKER)

    def _show_place(self, place: Place | None, trouble: Trouble | None) -> None:
        self._board.show(place=place, trouble=trouble)

    def _show_models(self) -> None:
        models = tuple(m for m in self._catalog.answering if can_answer(m))
        names = [model.name for model in models]
        chosen = self.state.model if self.state.model in names else (names[0] if names else "")
        self._board.show(models=models, model=chosen)
        self.offer_adapters()
