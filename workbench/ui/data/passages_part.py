"""Questions with answers + a collection -> rows that carry retrieved passages, distractors among them. No Qt."""

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workbench.datasets.tasks import PrepareReport, PrepareRequest
from workbench.datasets.types import ColumnMapping, Dataset, Layout
from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Progressed, Queued, is_last_word
from workbench.jobs.spec import JobSpec
from workbench.llm.types import LoadConfig, ModelKind, ModelRef
from workbench.naming import numbered
from workbench.rag.row_writing import WriteRowsReport, WriteRowsRequest, write_rows_spec
from workbench.rag.search_types import RetrievalConfig
from workbench.rag.training_row_types import FactRow, GroundReport, GroundRequest
from workbench.rag.types import CollectionRef
from workbench.ui.board import Running
from workbench.ui.data.board import Board
from workbench.ui.data.state import LeftOutRow, Page, PassagesState
from workbench.ui.protocols import Messages
from workbench.ui.trouble import Trouble, trouble_of

if TYPE_CHECKING:
    from workbench.datasets.store import DatasetStore

GROUND_ROWS, PREPARE = "workbench.rag.tasks:ground_rows", "workbench.datasets.tasks:prepare"
SUFFIX = " with passages"


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Collections(Protocol):
    """The part of `rag.store.CollectionStore` that this tab uses."""

    def list_collections(self) -> Sequence[Named]: ...
    def ref(self, name: str) -> CollectionRef: ...


class PassagesPart:
    """What the user does on the page "Rows from a collection"."""

    def __init__(
        self,
        board: Board,
        datasets: "DatasetStore",
        collections: Collections,
        messages: Messages,
        on_saved: Callable[[], None],
        models: Callable[[], Sequence[ModelRef]] = tuple,
        load: Callable[[], LoadConfig] = LoadConfig,
    ) -> None:
        self._board = board
        self._datasets = datasets
        self._collections = collections
        self._messages = messages
        self._on_saved = on_saved
        self._models, self._load = models, load

    def list_again(self) -> None:
        """The collections that there are by now, where they are offered."""
        passages, names = self._board.passages, self._names()
        if self._board.state.page is not Page.PASSAGES or names == passages.collections:
            return
        self._board.show_passages(collections=names)
        if passages.collection not in names:
            self.choose_collection(next(iter(names), ""))

    def _names(self) -> tuple[str, ...]:
        return tuple(collection.name for collection in self._collections.list_collections())

    def open(self) -> None:
        """Go to the page, with the selected data set and the first collection chosen.

        Where there is no data set yet, a model is to write the questions and answers.
        """
        for left in self._datasets.folder.glob("with-passages-*.jsonl"):
            left.unlink(missing_ok=True)  # of a job that was stopped
        names = self._names()
        chosen = self._board.passages.collection
        chosen = chosen if chosen in names else next(iter(names), "")
        models = tuple(model.name for model in self._chat_models())
        writes = not self._board.state.datasets and bool(models)
        self._board.show(
            page=Page.PASSAGES,
            passages=PassagesState(
                dataset=self._board.state.selected,
                collections=names,
                collection=chosen,
                writes=writes,
                top_k=self._board.passages.top_k,
                without_answer=self._board.passages.without_answer,
                models=models,
                model=self._likely_model(),
                name=self._free_name(chosen if writes else self._board.state.selected),
                answers_are_quoted=self._names_documents(self._board.state.selected),
            ),
        )

    def take_models(self) -> None:
        """Models came or went."""
        names = tuple(model.name for model in self._chat_models())
        chosen = self._board.passages.model
        self._board.show_passages(models=names, model=chosen if chosen in names else self._likely_model())

    def leave(self) -> None:
        self._board.stop()
        self._board.show(page=Page.LIBRARY)
        self._on_saved()

    def choose_dataset(self, name: str) -> None:
        if name != self._board.passages.dataset:
            self._board.show_passages(
                dataset=name,
                name=self._free_name(name),
                name_trouble="",
                answers_are_quoted=self._names_documents(name),
            )

    def choose_collection(self, name: str) -> None:
        self._board.show_passages(collection=name)

    def choose_top_k(self, top_k: int) -> None:
        self._board.show_passages(top_k=top_k)

    def say_without_answer(self, percent: int) -> None:
        """Rows whose passages lack the answer: from them a model learns to say so."""
        self._board.show_passages(without_answer=percent)

    def let_model_write(self, is_wanted: bool) -> None:
        """Questions and answers come from a model that reads the passages, not from a data set."""
        passages = self._board.passages
        name = self._free_name(passages.collection if is_wanted else passages.dataset)
        self._board.show_passages(writes=is_wanted, written=(), dropped=frozenset(), name=name, trouble=None)

    def choose_model(self, name: str) -> None:
        self._board.show_passages(model=name)

    def choose_count(self, count: int) -> None:
        self._board.show_passages(count=count)

    def toggle_written(self, place: int) -> None:
        """Take a written row, or do not."""
        self._board.show_passages(dropped=self._board.passages.dropped ^ {place})

    def forget_written(self) -> None:
        """Have other rows written."""
        self._board.show_passages(written=(), dropped=frozenset())

    def name_rows(self, name: str) -> None:
        self._board.show_passages(name=name, name_trouble="")

    def say_quoted(self, answers_are_quoted: bool) -> None:
        """Whether the answers stand in the documents, or the documents only guide them (a style, a format)."""
        self._board.show_passages(answers_are_quoted=answers_are_quoted)

    def make_rows(self) -> None:
        """Start the job that retrieves passages for every row."""
        passages = self._board.passages
        if not passages.can_make:
            return
        if passages.writes and not passages.written:
            self._write(passages)
            return
        if self._datasets.find(passages.name.strip()) is not None:
            trouble = f"There is already a data set “{passages.name.strip()}”. Choose another name."
            self._board.show_passages(name_trouble=trouble)
            return
        try:
            request = self._request(passages)
        except WorkbenchError as problem:
            self._board.show_passages(trouble=Trouble(problem.message, problem.hint, problem.details))
            return
        self._board.show_passages(is_running=True, trouble=None, made="", left_out=(), name_trouble="")
        self._board.show(running=Running("Looking for passages"))
        spec = JobSpec(
            task=GROUND_ROWS,
            params=request.model_dump(mode="json"),
            title=f"Put passages to {passages.dataset}",
            background=True,
        )
        self._board.run(spec, self._on_ground)

    def _request(self, passages: PassagesState) -> GroundRequest:
        return GroundRequest(
            collection=self._collections.ref(passages.collection),
            rows=self._facts(passages),
            out=str(self._datasets.folder / f"with-passages-{uuid.uuid4().hex[:8]}.jsonl"),
            retrieval=RetrievalConfig(top_k=passages.top_k),
            answers_are_quoted=passages.answers_are_quoted or passages.writes,
            without_answer=passages.without_answer / 100,
        )

    def _facts(self, passages: PassagesState) -> tuple[FactRow, ...]:
        """From the data set, or what a model wrote and was taken."""
        if passages.writes:
            return tuple(row.fact(number) for number, row in enumerate(passages.taken, 1))
        rows = self._datasets.rows(self._datasets.get(passages.dataset))
        return tuple(
            FactRow(question=row.question, answer=row.answer, source=row.document, number=row.number) for row in rows
        )

    def _write(self, passages: PassagesState) -> None:
        """Have the model write; what it wrote is looked at before anything is made of it."""
        model = next((each for each in self._chat_models() if each.name == passages.model), None)
        if model is None:
            return
        try:
            collection = self._collections.ref(passages.collection)
        except WorkbenchError as problem:
            self._board.show_passages(trouble=Trouble(problem.message, problem.hint, problem.details))
            return
        request = WriteRowsRequest(collection=collection, model=model, load=self._load(), count=passages.count)
        self._board.show_passages(is_running=True, trouble=None, made="", left_out=())
        self._board.show(running=Running(f"{model.name} reads passages"))
        self._board.run(write_rows_spec(request), self._on_written)

    def _on_written(self, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                report = WriteRowsReport.model_validate(result)
                self._board.over()
                if not report.rows:
                    trouble = Trouble(
                        f"{self._board.passages.model} wrote no row of use from {report.read:,} passages.",
                        "Choose a larger model, or write the questions yourself.",
                    )
                    self._board.show_passages(is_running=False, trouble=trouble)
                    return
                rejected = f" {report.rejected:,} were of no use." if report.rejected else ""
                said = f"{_rows_in_words(len(report.rows))} written.{rejected} Look at them before they are taken."
                self._board.show_passages(is_running=False, written=report.rows, dropped=frozenset(), made=said)
            case _:
                self._on_other(event)

    def _on_ground(self, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                report = GroundReport.model_validate(result)
                left_out = tuple(LeftOutRow(problem.row, problem.message) for problem in report.problems)
                self._board.show_passages(left_out=left_out)
                self._save(report)
            case _:
                self._on_other(event)

    def _save(self, report: GroundReport) -> None:
        """The rows that were made become a data set: read and checked like any file, in a worker."""
        if report.rows == 0:
            Path(report.path).unlink(missing_ok=True)
            self._board.over()
            trouble = Trouble(
                f"No answer was found in the collection “{self._board.passages.collection}”, so no row was made.",
                "Choose the collection that the answers come from, or say that its documents only guide them.",
            )
            self._board.show_passages(is_running=False, trouble=trouble)
            return
        request = PrepareRequest(
            name=self._board.passages.name.strip(),
            path=report.path,
            mapping=ColumnMapping(layout=Layout.MESSAGES, messages="messages"),
            folder=str(self._datasets.folder),
        )
        title = f"Save data set {request.name}"
        self._board.run(
            JobSpec(task=PREPARE, params=request.model_dump(mode="json"), title=title),
            partial(self._on_prepare, Path(report.path)),
        )
        self._board.show(running=Running(f"Saving “{request.name}”"))

    def _on_prepare(self, made: Path, event: JobEvent) -> None:
        if is_last_word(event):
            made.unlink(missing_ok=True)
        match event:
            case Finished(result=result):
                self._board.over()
                self._keep(PrepareReport.model_validate(result).dataset)
            case _:
                self._on_other(event)

    def _keep(self, dataset: Dataset) -> None:
        passages = self._board.passages
        source = f"written by {passages.model}" if passages.writes else passages.dataset
        origin = f"{source}, with passages of {passages.collection}"
        changes = {"origin": origin, "source_path": "", "problem_count": len(passages.left_out)}
        saved = self._datasets.record(dataset.model_copy(update=changes))
        left = len(passages.left_out)
        made = f"Saved “{saved.name}” with {_rows_in_words(saved.row_count)}."
        if left:
            made += f" {_rows_in_words(left)} left out, because no passage held the answer:"
        free = self._free_name(passages.collection if passages.writes else passages.dataset)
        self._board.show_passages(is_running=False, made=made, name=free, written=(), dropped=frozenset())
        self._board.show(selected=saved.name)
        self._on_saved()

    def _on_other(self, event: JobEvent) -> None:
        match event:
            case Queued(reason=reason) if reason:
                self._board.show(running=Running(reason))
            case Progressed(done=done, total=total, label=label):
                self._board.show(running=Running(label, done, total))
            case Failed() | Crashed():
                self._board.over()
                self._board.show_passages(is_running=False, trouble=trouble_of(event))
            case Cancelled():
                self._board.over()
                self._board.show_passages(is_running=False)
            case _:
                pass

    def _chat_models(self) -> list[ModelRef]:
        """That can read passages: on this computer, and usable."""
        return [m for m in self._models() if m.kind is ModelKind.CHAT and m.file_format == "gguf" and not m.problem]

    def _likely_model(self) -> str:
        """The one chosen before, else the largest."""
        models = self._chat_models()
        kept = self._board.passages.model
        largest = max(models, key=lambda model: model.parameters, default=None)
        return kept if kept in {model.name for model in models} else (largest.name if largest is not None else "")

    def _free_name(self, dataset: str) -> str:
        if not dataset:
            return ""
        return numbered(dataset + SUFFIX, lambda name: self._datasets.find(name) is not None)

    def _names_documents(self, dataset: str) -> bool:
        """Rows that say in which document the answer stands have answers that stand in documents."""
        found = self._datasets.find(dataset) if dataset else None
        return found is not None and bool(found.mapping.document)


def _rows_in_words(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"
