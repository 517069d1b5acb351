"""One answer looked at closely: question, right answer, what was said, why it is wrong, what was read, the prompt."""

from collections.abc import Sequence
from functools import partial
from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.evidence import PassageEvidence, evidence_of
from workbench.compare.failures import NEXT_STEP
from workbench.compare.judge.ratings import key_of_trial
from workbench.compare.next_actions import NextAction
from workbench.compare.report import mark_of
from workbench.compare.scores import question_scores
from workbench.compare.trial_types import PASSAGE_PURGED, Trial
from workbench.compare.wording import percent
from workbench.datasets.types import Example
from workbench.llm.in_words import adapter_in_words
from workbench.rag.search_types import Hit
from workbench.scoring.model_metrics import title_of
from workbench.ui.compare.rating_bar import RatingBar
from workbench.ui.compare.ratings_state import RatingsState
from workbench.ui.compare.state import CompareState, Results
from workbench.ui.compare.why_part import actions_for
from workbench.ui.widgets.close_look import CloseLook
from workbench.ui.widgets.named_button import named_button

_LONGEST = 6000
_LONGEST_NAME = 30
"""Characters of a document's name on its link; the tool tip has all of it."""
_MOST_PASSAGES = 10


class TrialPanel(CloseLook):
    """Of the trial that is selected."""

    source_requested = Signal(str, int)
    rated = Signal(object, object)
    """Arm, question, repeat; and the value, None where the user cannot say."""
    action_requested = Signal(object)
    """A `NextAction`: go where this answer is mended."""

    def __init__(self, parent: QWidget, *, prefix: str = "compare") -> None:
        """`prefix`: how the names of its widgets begin."""
        super().__init__(f"{prefix}_trial", parent.tr("Answer"), parent, prefix=prefix, longest=_LONGEST)
        self._shown: object = None
        self._ratings = RatingsState()
        self._can_rate = False

    def show_state(self, state: CompareState) -> None:
        trial, example = _selected(state)
        ratings = state.ratings
        rating = ratings.rating_of(key_of_trial(trial)) if trial else None
        self._can_rate = ratings.can_rate and state.results is not None and state.results.report is not None
        shown = (trial, example, rating, ratings.scale, self._can_rate)
        if self._shown == shown:
            return
        self._shown, self._ratings = shown, ratings
        content, column = self.begin()
        if example is None or state.results is None:
            column.addWidget(self.label(self.tr("Select an answer in the table to look at it closely."), "muted"))
        else:
            self._build(column, example, trial, state.selected[0] if state.selected else "", state.results)
            if trial is not None and trial.failure is not None:
                self._add_actions(actions_for(state, trial, example))
        column.addStretch(1)
        self.setWidget(content)

    def _build(self, column: QVBoxLayout, example: Example, trial: Trial | None, arm: str, results: Results) -> None:
        column.addWidget(self.label(example.question, "field"))
        none = self.tr("not known") if example.answers_unknown else self.tr("no answer: it should be refused")
        right = " / ".join(example.answers) or none
        column.addWidget(self.label(self.tr("Right: {}").format(right), "muted"))
        if example.sources:
            column.addWidget(self.label(self.tr("Sources: {}").format(", ".join(example.sources)), "muted"))
        if trial is None:
            column.addWidget(self.label(self.tr("{} has not answered yet.").format(arm), "muted"))
            return
        head = QHBoxLayout()
        head.addWidget(self.label(f"{mark_of(trial, results.metric)}  {arm}", "subtitle"), 1)
        if trial.failure is not None:
            head.addWidget(self.label(str(trial.failure), "badge-bad", wrap=False))
        column.addLayout(head)
        column.addWidget(self._answer(trial))
        if trial.failure is not None:
            column.addWidget(self.label(trial.failure_evidence, ""))
            column.addWidget(self.label(self.tr("What follows: {}").format(NEXT_STEP[trial.failure]), "muted"))
            self._doors = QVBoxLayout()
            self._doors.setSpacing(4)
            column.addLayout(self._doors)
        self._add_rating(column, trial)
        self._add_whole_text(column, trial)
        self._add_repeats(column, trial, results)
        for name, judged in trial.scores.items():
            title = title_of(name)
            column.addWidget(self.label(f"{title}: {percent(judged.value)}. {judged.explanation}", "muted"))
        usage, used = trial.usage, adapter_in_words(trial.adapter_hash[:8], trial.adapter_scale)
        adapter = f" · adapter {used}" if used else ""
        tokens = self.tr("{} tokens in, {} out").format(usage.prompt_tokens, usage.generated_tokens)
        earlier = self.tr(" · taken over from an earlier run") if trial.taken_over else ""
        column.addWidget(self.label(f"{tokens}{adapter}{earlier}", "small"))
        self._add_passages(column, trial, example)
        self.add_prompt(column, trial.prompt)

    def _answer(self, trial: Trial) -> QFrame:
        card, inside = self.card()
        text = self.label(trial.said or self.tr("(an empty answer)"), "")
        text.setObjectName(f"{self._prefix}_answer")
        inside.addWidget(text)
        return card

    def _add_whole_text(self, column: QVBoxLayout, trial: Trial) -> None:
        """What the answer was taken out of, where the arm's prompt has a rule for it."""
        if trial.text:
            column.addWidget(self.label(self.tr("Taken out of the whole text"), "field"))
            text = self.label(trial.text[:_LONGEST], "muted")
            text.setObjectName("compare_whole_text")
            column.addWidget(text)

    def _add_repeats(self, column: QVBoxLayout, trial: Trial, results: Results) -> None:
        """The further answers of an arm that samples: its score of the question is the mean of all."""
        others = [each for each in results.repeats if (each.arm, each.example_id) == (trial.arm, trial.example_id)]
        if not others:
            return
        mean = question_scores([trial, *others], results.metric)[trial.arm][trial.example_id]
        about = self.tr("Asked {} times: {} together").format(len(others) + 1, percent(mean))
        column.addWidget(self.label(about, "field"))
        for other in others:
            said = other.said or self.tr("(an empty answer)")
            column.addWidget(self.label(f"{mark_of(other, results.metric)}  {said[:_LONGEST]}", "muted"))

    def _add_rating(self, column: QVBoxLayout, trial: Trial) -> None:
        """The user's own judgement, where it can be kept."""
        if trial.has_failed or not self._can_rate:
            return
        key = key_of_trial(trial)
        bar = RatingBar(f"{self._prefix}_trial_rate", self)
        bar.setAccessibleName(self.tr("Your rating"))
        bar.show_rating(self._ratings.scale, self._ratings.rating_of(key))
        bar.rated.connect(lambda value: self.rated.emit(key, value))
        column.addWidget(bar)

    def _add_actions(self, actions: Sequence[NextAction]) -> None:
        """The likeliest first, in full; the others below it."""
        for place, action in enumerate(actions):
            button = named_button(
                self,
                f"{self._prefix}_do_{action.key}",
                action.text,
                "link" if place else "primary",
                spoken=f"{action.text}: {action.tip}",
            )
            button.setToolTip(action.tip)
            button.clicked.connect(partial(self.action_requested.emit, action))
            self._doors.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _add_passages(self, column: QVBoxLayout, trial: Trial, example: Example) -> None:
        if not trial.hits:
            return
        column.addWidget(self.label(self.tr("Passages"), "field"))
        evidence = evidence_of(trial, example).passages
        for place, hit in enumerate(trial.hits[:_MOST_PASSAGES]):
            number = trial.used.index(place) + 1 if place in trial.used else 0
            column.addWidget(self._passage(place, hit, number, evidence[place]))

    def _passage(self, place: int, hit: Hit, number: int, evidence: PassageEvidence) -> QFrame:
        card, inside = self.card()
        mark = f"[{number}]" if number else self.tr("not in the prompt")
        head = QHBoxLayout()
        if hit.document:
            head.addWidget(self._link(card, place, hit, mark))
        else:
            head.addWidget(self.label(self.tr("{} page {} of a purged document").format(mark, hit.page), "muted"))
        head.addStretch(1)
        for text, role in self._marks(evidence):
            head.addWidget(self.label(text, role, wrap=False))
        inside.addLayout(head)
        inside.addWidget(self.label(hit.text or PASSAGE_PURGED, "muted"))
        return card

    def _link(self, card: QFrame, place: int, hit: Hit, mark: str) -> QPushButton:
        text = self.tr("{} {}, page {}").format(mark, _shortened(hit.document), hit.page)
        link = named_button(
            card,
            f"{self._prefix}_passage_{place}",
            text.replace("&", "&&"),
            "link",
            spoken=self.tr("Open {} at page {}").format(hit.document, hit.page),
        )
        link.setToolTip(f"<qt>{escape(hit.document)}</qt>")
        link.setProperty("document", hit.document)
        link.setProperty("page", hit.page)
        link.clicked.connect(self._on_source)
        return link

    def _marks(self, evidence: PassageEvidence) -> list[tuple[str, str]]:
        """What speaks for and against a passage, in two words each."""
        marks = [(self.tr("rank {}").format(evidence.rank), "small")]
        if evidence.is_relevant:
            marks.append((self.tr("right one"), "badge-good"))
        elif evidence.is_source:
            marks.append((self.tr("right document"), "badge"))
        elif evidence.holds_given and evidence.number:
            marks.append((self.tr("answered from"), "badge-warn"))
        return marks

    @Slot()
    def _on_source(self) -> None:
        sender = self.sender()
        self.source_requested.emit(str(sender.property("document")), int(sender.property("page")))


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:8]}…{name[9 - _LONGEST_NAME :]}"


def _selected(state: CompareState) -> tuple[Trial | None, Example | None]:
    if state.results is None or state.selected is None:
        return None, None
    arm, example_id = state.selected
    example = next((example for example in state.results.examples if example.id == example_id), None)
    return state.results.trial(arm, example_id), example
