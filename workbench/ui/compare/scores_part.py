"""How answers are scored: which metrics, which decides, what is set of them, who judges. No Qt."""

from dataclasses import dataclass, replace
from typing import Any

from workbench.compare.metric_reach import Reach, Setting, reach_of
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.scoring.judge_prompt import our_prompt, pair_prompt, prompt_in_force, rubric_prompt
from workbench.scoring.judge_settings import JudgeSettings, Scale
from workbench.scoring.metric_choice import metrics_for
from workbench.scoring.metric_options import options_of
from workbench.scoring.model_metrics import MODEL_METRICS
from workbench.scoring.types import MetricChoice
from workbench.ui.compare.board import Board
from workbench.ui.compare.state import CompareState

Option = float | int | str | tuple[str, ...]


class ScoresPart:
    """Methods are named after what the user did."""

    def __init__(self, board: Board) -> None:
        self._board = board

    @property
    def _state(self) -> CompareState:
        return self._board.state

    def look_at(self, metric: str) -> None:
        """Show the settings of a metric."""
        self._show(shown=metric)

    def use(self, metric: str, is_used: bool) -> None:
        """Score by this metric too, or not any more. One at least is left."""
        kept = tuple(choice for choice in self._state.metrics if choice.name != metric)
        if is_used and len(kept) == len(self._state.metrics):
            kept = (*kept, MetricChoice(name=metric))
        if kept:
            self._board.show(metrics=kept, scoring=replace(self._state.scoring, shown=metric))
        else:
            self._show(shown=metric)

    def decide_by(self, metric: str) -> None:
        """The metric that decides; it is used from now on if it was not."""
        chosen = next((choice for choice in self._state.metrics if choice.name == metric), MetricChoice(name=metric))
        others = tuple(choice for choice in self._state.metrics if choice.name != metric)
        self._board.show(metrics=(chosen, *others), scoring=replace(self._state.scoring, shown=metric))

    def set_option(self, metric: str, option: str, value: Option) -> None:
        """Set something of a metric that is used; what is as usual is not written down."""
        usual = next((known.default for known in options_of(metric) if known.name == option), None)

        def changed(choice: MetricChoice) -> MetricChoice:
            options = {name: kept for name, kept in choice.options.items() if name != option}
            if value not in (usual, "", ()):
                options[option] = value
            return choice.model_copy(update={"options": options})

        self._board.show(
            metrics=tuple(changed(choice) if choice.name == metric else choice for choice in self._state.metrics)
        )

    def take_suggestion(self) -> None:
        """Score by what fits the right answers; metrics that need a model stay."""
        references = references_in(self._state)
        if references:
            own = tuple(choice for choice in self._state.metrics if choice.name in MODEL_METRICS)
            fitting = metrics_for(references)
            self._board.show(metrics=(*fitting, *own), scoring=replace(self._state.scoring, shown=fitting[0].name))

    # -- the judge ----------------------------------------------------------------------------------------------------

    def choose_judge(self, model: str) -> None:
        self._judge(model=model)

    def choose_scale(self, scale: Scale) -> None:
        self._judge(scale=scale)

    def edit_rubric(self, text: str) -> None:
        """Its own words for what deserves which grade; ours are not written down."""
        ours = JudgeSettings(scale=self._state.scoring.judge.scale).rubric_in_force
        self._judge(rubric="" if text.strip() == ours else text)

    def edit_prompt(self, text: str, *, is_pairwise: bool) -> None:
        kept = "" if text.strip() == our_prompt(is_pairwise=is_pairwise).strip() else text
        self._judge(**{"pairwise_prompt" if is_pairwise else "prompt": kept})

    def restore_rubric(self) -> None:
        self._judge(rubric="")

    def restore_prompt(self, *, is_pairwise: bool) -> None:
        self._judge(**{"pairwise_prompt" if is_pairwise else "prompt": ""})

    def _judge(self, **changes: object) -> None:
        self._show(judge=self._state.scoring.judge.model_copy(update=changes))

    def _show(self, **changes: Any) -> None:
        self._board.show(scoring=replace(self._state.scoring, **changes))


def references_in(state: CompareState) -> list[str]:
    """The first right answer of every question that has one."""
    examples = state.questions.examples if state.questions else ()
    return [example.answers[0] for example in examples if example.answers]


def suggested_metrics(state: CompareState) -> tuple[str, ...]:
    """Metrics that fit the right answers, the deciding one first; none without questions."""
    references = references_in(state)
    return tuple(choice.name for choice in metrics_for(references)) if references else ()


def setting_of(state: CompareState) -> Setting:
    examples = state.questions.examples if state.questions else ()
    return Setting(examples, len(state.arms), sum(bool(arm.collection) for arm in state.arms))


def reach_in(state: CompareState, metric: str) -> Reach:
    return reach_of(metric, setting_of(state))


def judges_itself(state: CompareState) -> tuple[str, ...]:
    """Names of the arms whose model is the judge's own."""
    name, stock = state.scoring.judge.model, state.making.stock
    judge = stock.model(name)
    content = judge.content_key if judge else ""

    def is_same(model: str) -> bool:
        known = stock.model(model)
        return model == name or bool(content and known and known.content_key == content)

    return tuple(arm.name for arm in state.arms if name and is_same(arm.model))


@dataclass(frozen=True, slots=True)
class Preview:
    """What the judge will read about the first question."""

    text: str = ""
    problem: str = ""
    """Why there is nothing to be read, in a sentence."""


_STAND_IN, _OTHER = "(an answer)", "(another arm's answer)"


def preview_of(state: CompareState, *, is_pairwise: bool) -> Preview:
    """The exact prompt about the first question, with stand-ins for the answers that are not there yet."""
    examples = state.questions.examples if state.questions else ()
    example = examples[0] if examples else Example(id="", question="(a question)", answers=("(its right answer)",))
    references = None if example.answers_unknown else example.answers
    judge = state.scoring.judge
    try:
        if is_pairwise:
            return Preview(pair_prompt(judge, example.question, references, _STAND_IN, _OTHER))
        return Preview(rubric_prompt(judge, example.question, references, _STAND_IN))
    except WorkbenchError as problem:
        return Preview(problem=str(problem))


def prompt_of(state: CompareState, *, is_pairwise: bool) -> str:
    """The prompt in force."""
    return prompt_in_force(state.scoring.judge, is_pairwise=is_pairwise)
