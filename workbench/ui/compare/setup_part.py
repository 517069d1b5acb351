"""A comparison as it is written down: opened into the set-up, and written from it. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.compare.again.opening import Opened, open_written
from workbench.compare.spec import ComparisonSpec, save_spec
from workbench.datasets.test_sets.promptfoo_tests import looks_like_promptfoo
from workbench.errors import WorkbenchError
from workbench.ui.compare.board import Board
from workbench.ui.compare.export_part import ExportPart
from workbench.ui.compare.questions_part import QuestionsPart
from workbench.ui.compare.run_options import RunOptions
from workbench.ui.compare.scores_state import ScoresState
from workbench.ui.compare.state import Page
from workbench.ui.protocols import Background, Messages
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

if TYPE_CHECKING:
    from workbench.compare.catalogue import Catalogue


class SetupPart:
    """Files are read off the window's thread."""

    def __init__(
        self,
        board: Board,
        messages: Messages,
        questions: QuestionsPart,
        exports: ExportPart,
        read_catalogue: "Callable[[], Catalogue]",
        in_background: Background,
    ) -> None:
        self._board = board
        self._messages = messages
        self._questions = questions
        self._exports = exports
        self._read_catalogue = read_catalogue
        self._in_background = in_background
        self.arm_to_open = ""
        """Opened in the form as soon as the set-up that is being read holds it."""

    def open_file(self, path: str) -> None:
        """A dropped or chosen file: a comparison (YAML) or questions (anything else)."""
        if Path(path).suffix.lower() in (".yaml", ".yml"):
            self._in_background(partial(tried, partial(self._read, Path(path))), partial(self._open, path))
        else:
            self._questions.open(path)

    def save(self, path: str) -> None:
        """Write the set-up as YAML for `workbench compare`."""
        if self._board.state.questions is not None and self._board.state.arms:
            self._exports.write(Path(path), partial(save_spec, self.spec()))

    def spec(self) -> ComparisonSpec:
        """The set-up as it would be written. Raises pydantic's ValidationError where it cannot be run."""
        state = self._board.state
        values = {
            "name": state.name,
            "questions": state.questions.path if state.questions else "",
            "metrics": state.metrics,
            "seed": state.seed,
            "arms": state.arms,
            "judge": state.scoring.judge,
            **state.options.spec_values,
            "expectations": state.expected,
        }
        return ComparisonSpec.model_validate(values)

    def _read(self, path: Path) -> Opened | None:
        """None for questions of promptfoo."""
        return None if looks_like_promptfoo(path) else open_written(path, self._read_catalogue())

    def _open(self, path: str, found: Opened | WorkbenchError | None) -> None:
        match found:
            case None:
                self._questions.open(path)
            case WorkbenchError():
                self._board.show(page=Page.SETUP, trouble=trouble_of(found))
            case Opened(spec=spec, notes=notes):
                self._fill(spec)
                if notes:
                    said = "Not everything is as it was when this comparison was written."
                    self._messages.warning(said, hint=" ".join(notes[:4]))

    def _fill(self, spec: ComparisonSpec) -> None:
        names, before = [arm.name for arm in spec.arms], self._board.state.arms
        wanted, self.arm_to_open = self.arm_to_open, ""
        self._board.show(
            page=Page.SETUP,
            name=spec.name,
            metrics=spec.metrics,
            seed=spec.seed,
            scoring=ScoresState(spec.judge),
            options=RunOptions.of(spec),
            arms=spec.arms,
            expectations=spec.expectations,
            edited=names.index(wanted) if wanted in names else -1,
            making=replace(
                self._board.state.making,
                missing=(),
                why={},
                removed=None,
                replaced=before if before != spec.arms else (),
            ),
            trouble=None,
        )
        self._questions.open(spec.questions)
