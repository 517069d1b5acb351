"""Which questions are shown: a file, a test set, a version of it that a comparison used. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.compare.tasks import WORKER
from workbench.datasets.questions import ColumnChoice
from workbench.datasets.test_sets.exporting import write_questions
from workbench.datasets.test_sets.store import Added, SetEntry, SetVersion
from workbench.datasets.test_sets.tasks import READ_QUESTIONS, ReadQuestionsReport, ReadQuestionsRequest
from workbench.datasets.test_sets.types import ImportedQuestions, SetQuestion, named_set
from workbench.errors import WorkbenchError
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobSpec
from workbench.naming import counted
from workbench.rag.asked_questions import from_retrieval_set
from workbench.ui.compare.questions_board import SetsBoard
from workbench.ui.compare.sets_state import Columns, Listed, Naming
from workbench.ui.compare.state import Page
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_NOTHING = {
    "name": "", "version": "", "versions": (), "file": "", "file_format": "", "questions": (), "left_out": (),
    "notes": (), "metric": "", "columns": None, "columns_chosen": False, "draft": None, "naming": None,
    "name_trouble": "", "trouble": None, "search": "", "tag": "", "listed": Listed.ALL, "undo": "",
}  # fmt: skip
"""Of the page's state, before other questions are shown."""


class QuestionsPart:
    """Methods are named after what the user did. `on_shown` hears the name of questions that came to be shown."""

    def __init__(self, board: SetsBoard, on_shown: Callable[[str], None]) -> None:
        self._board, self._on_shown = board, on_shown
        self._turn = 0

    def refresh(self) -> None:
        """Sets may have come from elsewhere."""
        rooms, before = self._board.rooms, self._board.state.entries

        def look() -> tuple[tuple[SetEntry, ...], tuple[tuple[str, str], ...]]:
            return tuple(rooms.sets.list_sets()), tuple(rooms.retrieval_sets.names())

        def then(found: tuple[tuple[SetEntry, ...], tuple[tuple[str, str], ...]]) -> None:
            entries, pairs = found
            if self._board.state.entries is before:  # else a set was made or changed meanwhile, and is listed already
                self._board.show(entries=entries)
            self._board.show(retrieval_sets=pairs)

        self._board.in_background(look, then)

    # -- what is shown ------------------------------------------------------------------------------------------------

    def open(self, questions: str) -> None:
        """A file, a BEIR folder, "set:NAME" or "set:NAME@VERSION"."""
        named = named_set(questions)
        if named is None:
            self._read(questions, ColumnChoice())
        else:
            self._show_set(*named)

    def choose_set(self, name: str) -> None:
        if name and name != self._board.state.name:
            self._show_set(name)

    def choose_version(self, content_hash: str) -> None:
        """Look at what a comparison used; an empty hash goes back to the set as it is now."""
        self._show_set(self._board.state.name, content_hash)

    def _begin(self) -> int:
        self._turn += 1
        self._board.removed.clear()
        self._board.board.show(page=Page.SETUP)
        return self._turn

    def _show_set(self, name: str, version: str = "") -> None:
        turn, store = self._begin(), self._board.rooms.sets
        self._board.show(**_NOTHING, is_reading=True)

        def work() -> tuple[tuple[SetQuestion, ...], list[SetVersion], list[SetEntry]]:
            questions = store.version_questions(name, version) if version else store.questions(name)
            return questions, store.versions(name), store.list_sets()

        def then(found: tuple[tuple[SetQuestion, ...], list[SetVersion], list[SetEntry]] | WorkbenchError) -> None:
            if turn != self._turn:
                return
            if isinstance(found, WorkbenchError):
                self._board.show(is_reading=False, trouble=trouble_of(found))
                return
            questions, versions, entries = found
            whole = next((one.content_hash for one in versions if version and one.content_hash.startswith(version)), "")
            self._board.show(
                is_reading=False,
                name=name,
                version=whole,
                versions=tuple(versions),
                questions=questions,
                entries=tuple(entries),
            )
            self._on_shown(name)

        self._board.in_background(partial(tried, work), then)

    def _read(self, path: str, choice: ColumnChoice) -> None:
        turn = self._begin()
        self._board.show(**_NOTHING, is_reading=True)
        request = ReadQuestionsRequest(path=path, columns=choice)
        title = f"Read {Path(path).name}"
        spec = JobSpec(task=READ_QUESTIONS, params=request.model_dump(mode="json"), title=title, worker=WORKER)

        def heard(event: JobEvent) -> None:
            if turn == self._turn:
                self._on_read(path, choice, event)

        self._board.jobs.submit(spec, heard)

    def _on_read(self, path: str, choice: ColumnChoice, event: JobEvent) -> None:
        match event:
            case Finished(result=result):
                report = ReadQuestionsReport.model_validate(result)
                if report.found is None:
                    columns = Columns(path, report.columns, report.sample, report.problem, choice)
                    self._board.show(is_reading=False, columns=columns)
                    return
                self._show_file(path, report.found, is_chosen=not choice.is_empty)
            case Failed() | Crashed():
                self._board.show(is_reading=False, trouble=trouble_of(event))
            case _:
                pass

    def _show_file(self, path: str, found: ImportedQuestions, *, is_chosen: bool) -> None:
        self._board.show(
            is_reading=False,
            file=path,
            file_format=found.file_format,
            questions=found.questions,
            left_out=tuple(str(problem) for problem in found.problems),
            notes=found.notes,
            metric=found.metric,
            columns_chosen=is_chosen,
            name_wish=found.name,
        )
        self._on_shown(found.name)

    # -- columns ------------------------------------------------------------------------------------------------------

    def choose_column(self, meaning: str, column: str) -> None:
        """`meaning` is a field of `ColumnChoice`."""
        columns = self._board.state.columns
        if columns is not None:
            choice = columns.choice.model_copy(update={meaning: column})
            self._board.show(columns=replace(columns, choice=choice))

    def read_columns(self) -> None:
        columns = self._board.state.columns
        if columns is not None:
            self._read(columns.path, columns.choice)

    def leave_columns(self) -> None:
        self._board.show(columns=None)

    # -- what is listed -----------------------------------------------------------------------------------------------

    def search(self, text: str) -> None:
        self._board.show(search=text)

    def choose_tag(self, tag: str) -> None:
        self._board.show(tag=tag)

    def list_only(self, listed: str) -> None:
        self._board.show(listed=Listed(listed))

    # -- names --------------------------------------------------------------------------------------------------------

    def begin_set(self) -> None:
        self._name(Naming.NEW, "")

    def begin_saving(self) -> None:
        self._name(Naming.SAVE, self._board.rooms.sets.free_name(self._board.state.name_wish))

    def begin_renaming(self) -> None:
        self._name(Naming.RENAME, self._board.state.name)

    def _name(self, naming: Naming, wish: str) -> None:
        self._board.show(naming=naming, name_wish=wish, name_trouble="")

    def leave_naming(self) -> None:
        self._board.show(naming=None, name_trouble="")

    def name(self, name: str) -> None:
        """The name that was asked for."""
        state, sets = self._board.state, self._board.rooms.sets
        try:
            match state.naming:
                case Naming.NEW:
                    sets.create(name)
                case Naming.SAVE:
                    sets.create(name)
                    self.add_to_set(name.strip())
                    return
                case Naming.RENAME:
                    sets.rename(state.name, name)
                case None:
                    return
        except WorkbenchError as problem:
            self._board.show(name_trouble=problem.message)
            return
        self._show_set(name.strip())

    # -- from elsewhere, and to elsewhere -----------------------------------------------------------------------------

    def add_to_set(self, name: str) -> None:
        """The file's questions, behind those of a set."""
        questions = self._board.state.questions
        self._take(name, lambda: questions)

    def take_retrieval_set(self, collection: str, name: str) -> None:
        """Questions with known sources of a collection, as a test set; their answers are for somebody to write."""
        rooms = self._board.rooms

        def read() -> tuple[SetQuestion, ...]:
            asked = rooms.retrieval_sets.questions(collection, name)
            return from_retrieval_set(asked, collection, partial(rooms.collections.texts.page, collection))

        state = self._board.state
        self._take(state.name if state.can_edit else rooms.sets.free_name(name), read)

    def _take(self, name: str, read: Callable[[], Sequence[SetQuestion]]) -> None:
        sets, turn = self._board.rooms.sets, self._turn

        def then(found: Added | WorkbenchError) -> None:
            if isinstance(found, WorkbenchError):
                self._board.show(trouble=trouble_of(found))
                return
            there = f" {found.known} were there already." if found.known else ""
            were = "was" if len(found.new) == 1 else "were"
            self._board.messages.info(f"{counted(len(found.new), 'question')} {were} added to “{name}”.{there}")
            if turn == self._turn:
                self._show_set(name)

        self._board.in_background(partial(tried, lambda: sets.add(name, read())), then)

    def export(self, path: str) -> None:
        """What is shown, as JSON lines (or CSV, by the name's ending)."""
        questions, messages = self._board.state.questions, self._board.messages

        def work() -> OSError | None:
            try:
                write_questions(questions, Path(path))
            except OSError as problem:
                return problem
            return None

        def then(problem: OSError | None) -> None:
            name = Path(path).name
            if problem is None:
                messages.info(f"Wrote {name}.")
            else:
                messages.error(f"{name} could not be written.", hint="Choose another place.", details=str(problem))

        self._board.in_background(work, then)
