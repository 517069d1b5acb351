"""The few-shot form: where examples come from, which of them a question gets to see. No Qt."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.playground.few_shot import read_shots
from workbench.playground.types import ExampleSelection, Shot
from workbench.ui.playground.editor.board import Board, Datasets, changed_prompt
from workbench.ui.playground.editor.limits import MOST_SHOTS
from workbench.ui.playground.editor.state import Examples
from workbench.ui.protocols import Background
from workbench.ui.trouble import Trouble, trouble_of
from workbench.ui.trying import tried

TICKED_AT_FIRST = 4
MOST_PICKED = 100


class ExamplesPart:
    def __init__(self, board: Board, datasets: Datasets, in_background: Background) -> None:
        self._board, self._datasets, self._in_background = board, datasets, in_background

    def dataset_names(self) -> tuple[str, ...]:
        """Saved data sets, newest first."""
        return tuple(dataset.name for dataset in self._datasets.list_datasets())

    def choose_selection(self, selection: ExampleSelection | None) -> None:
        self._put(replace(self._examples, selection=selection))

    def choose_count(self, count: int) -> None:
        self._put(replace(self._examples, count=count), "examples count")

    def choose_seed(self, seed: int) -> None:
        self._put(replace(self._examples, seed=seed), "examples seed")

    def put_in_form(self, in_form: bool) -> None:
        """Whether the examples' questions go through the user block, as the question does."""
        self._put(replace(self._examples, in_form=in_form))

    def tick(self, index: int, is_ticked: bool) -> None:
        """Pick an example by hand, or leave it out."""
        picked = self._examples.picked
        picked = picked | {index} if is_ticked else picked - {index}
        if len(picked) > MOST_PICKED:
            self._board.show(examples_trouble=Trouble(f"A prompt takes {MOST_PICKED} examples by hand at most."))
            return
        self._put(replace(self._examples, picked=picked))

    def add_typed(self, question: str, answer: str) -> None:
        examples = self._examples
        shots = (*examples.pool, Shot(question=question, answer=answer))
        self._put(
            replace(
                examples,
                pool=shots,
                picked=examples.picked | {len(shots) - 1},
                selection=examples.selection or ExampleSelection.FIRST,
            )
        )

    def edit(self, index: int, question: str, answer: str) -> None:
        shots = list(self._examples.pool)
        shots[index] = Shot(question=question, answer=answer)
        self._put(replace(self._examples, pool=tuple(shots)))

    def remove(self, indices: Collection[int]) -> None:
        old = self._examples
        kept = [index for index in range(len(old.pool)) if index not in indices]
        picked = frozenset(new for new, index in enumerate(kept) if index in old.picked)
        self._put(replace(old, pool=tuple(old.pool[index] for index in kept), picked=picked))

    def read_file(self, path: str) -> None:
        self._read(Path(path).name, partial(read_shots, Path(path)))

    def read_dataset(self, name: str) -> None:
        self._read(name, partial(_shots_of, self._datasets, name))

    @property
    def _examples(self) -> Examples:
        return self._board.draft.examples

    def _read(self, source: str, read: Callable[[], Sequence[Shot]]) -> None:
        self._board.show(is_reading=True, examples_trouble=None)
        self._in_background(partial(tried, lambda: tuple(read())), partial(self._on_read, source))

    def _on_read(self, source: str, found: tuple[Shot, ...] | WorkbenchError) -> None:
        self._board.show(is_reading=False)
        if isinstance(found, WorkbenchError):
            self._board.show(examples_trouble=trouble_of(found))
            return
        trouble = None
        if len(found) > MOST_SHOTS:
            trouble = Trouble(f"{source} has {len(found):,} rows; examples are chosen from the first {MOST_SHOTS:,}.")
        pool = found[:MOST_SHOTS]
        self._put(
            replace(
                self._examples,
                pool=pool,
                picked=frozenset(range(min(TICKED_AT_FIRST, len(pool)))),
                source=source,
                selection=self._examples.selection or ExampleSelection.FIRST,
            ),
            trouble=trouble,
        )

    def _put(self, examples: Examples, key: str = "", trouble: Trouble | None = None) -> None:
        draft = self._board.draft
        prompt = changed_prompt(draft.prompt, few_shot=examples.few_shot)
        self._board.change(replace(draft, examples=examples, prompt=prompt), key, examples_trouble=trouble)


def _shots_of(datasets: Datasets, name: str) -> list[Shot]:
    rows = datasets.rows(datasets.get(name))
    shots = [Shot(question=row.question, answer=row.answer) for row in rows if row.question and row.answer]
    if not shots:
        raise WorkbenchError(
            f"The data set “{name}” has no row with a question and an answer.",
            hint="Choose another one, or type the examples.",
            code="no_rows",
        )
    return shots
