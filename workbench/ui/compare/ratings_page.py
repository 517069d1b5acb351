"""The user's own ratings: answers to rate next, and how far each score can be trusted by them."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.compare.judge.rating_order import ToRate, Why
from workbench.compare.judge.ratings import key_of_trial
from workbench.compare.judge.trust import MetricTrust, bias_in_words, say_interval, warnings_of
from workbench.compare.judge.types import RatingScale, TrialKey
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.datasets.types import Example
from workbench.scoring.agreement import FEWEST_RATINGS
from workbench.ui.compare.rating_bar import RatingBar
from workbench.ui.compare.state import CompareState
from workbench.ui.theme import set_role
from workbench.ui.widgets.named_button import named_button
from workbench.ui.widgets.record_model import Column, RecordTableModel
from workbench.ui.widgets.record_table import RecordTable

_LONGEST = 4000
_KEYS = range(6)


class RatingsPage(QWidget):
    rated = Signal(object)
    answer_chosen = Signal(object)
    scale_chosen = Signal(str)
    blindness_chosen = Signal(bool)
    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn: object = None
        self._report: ComparisonReport | None = None
        self._examples: dict[str, Example] = {}
        self._trials: dict[TrialKey, Trial] = {}
        self._build_widgets()
        self._build_layout()
        self._connect()

    @property
    def widget(self) -> QWidget:
        return self

    def show_state(self, state: CompareState) -> None:
        report = state.results.report if state.results else None
        drawn = (state.ratings, id(report))
        if self._drawn == drawn:
            return
        self._drawn = drawn
        if report is not self._report:
            self._report = report
            self._examples = {example.id: example for example in report.examples} if report else {}
            self._trials = {key_of_trial(trial): trial for trial in report.trials} if report else {}
        self._show_trust(state)
        self._next_model.show(state.ratings.to_rate)
        with QSignalBlocker(self._scale):
            self._scale.setCurrentIndex(self._scale.findData(state.ratings.scale.value))
        with QSignalBlocker(self._blind):
            self._blind.setChecked(state.ratings.is_blind)
        self._back.setEnabled(state.ratings.last is not None)
        self._show_answer(state)

    def _show_trust(self, state: CompareState) -> None:
        ratings, trust = state.ratings, state.ratings.trust
        report = state.results.report if state.results else None
        said = warnings_of(report.model_scoring) if report else ()
        self._warnings.setText("\n".join(said))
        self._warnings.setVisible(bool(said))
        bias = bias_in_words(report.model_scoring.bias if report and report.model_scoring else None)
        self._bias.setText(bias)
        self._bias.setVisible(bool(bias))
        self._trust_model.show(trust.metrics)
        self._trust.setVisible(bool(trust.metrics))
        rows = max(1, min(len(trust.metrics), 5))
        height = self._trust.verticalHeader().defaultSectionSize() * rows
        self._trust.setFixedHeight(self._trust.horizontalHeader().sizeHint().height() + height + 4)
        if not ratings.can_rate:
            self._count.setText(self.tr("Answers can be rated when the comparison has come to its end."))
            return
        count = self.tr("{} answers rated, {} of them at random").format(trust.rated, trust.fair)
        wanted = max(0, FEWEST_RATINGS - trust.fair)
        need = self.tr("rate {} more random ones to say how far the scores can be trusted").format(wanted)
        self._count.setText(f"{count}; {need}." if wanted else f"{count}.")

    def _show_answer(self, state: CompareState) -> None:
        ratings = state.ratings
        trial = self._trials.get(ratings.current) if ratings.current else None
        example = self._examples.get(trial.example_id) if trial else None
        self._bar.setEnabled(trial is not None and ratings.can_rate)
        self._bar.show_rating(ratings.scale, ratings.rating_of(ratings.current) if ratings.current else None)
        if trial is None or example is None:
            self._question.setText(
                self.tr("All answers are rated.") if ratings.ratings else self.tr("There is no answer to rate.")
            )
            for label in (self._right, self._answer, self._arm):
                label.setText("")
            self._card.setVisible(False)
            return
        self._card.setVisible(True)
        self._question.setText(_short(example.question))
        none = self.tr("not known") if example.answers_unknown else self.tr("no answer: it should be refused")
        right = " / ".join(example.answers) or none
        self._right.setText(
            self.tr("Nobody said what is right.")
            if example.answers_unknown
            else self.tr("Right: {}").format(_short(right))
        )
        self._answer.setText(_short(trial.said) or self.tr("(an empty answer)"))
        self._arm.setText(self.tr("The arm's name is hidden.") if ratings.is_blind else trial.arm)
        self._select(ratings.current)

    def _select(self, key: object) -> None:
        row = self._next_model.row_of(key)
        if row is not None:
            with QSignalBlocker(self._next.selectionModel()):
                self._next.selectRow(row)

    def _build_widgets(self) -> None:
        self._trust_model: RecordTableModel[MetricTrust] = RecordTableModel(
            (
                Column(self.tr("Score"), lambda one: one.title),
                Column(self.tr("Ratings"), lambda one: str(one.agreement.count), align_right=True),
                Column(self.tr("Kappa"), _kappa, align_right=True, tooltip=lambda _: _ABOUT_KAPPA),
                Column(self.tr("Tau"), _tau, align_right=True, tooltip=lambda _: _ABOUT_TAU, gives_way=True),
                Column(
                    self.tr("What it means"), lambda one: one.sentence, stretch=True, tooltip=lambda one: one.sentence
                ),
            ),
            key=lambda one: one.metric,
        )
        self._trust: RecordTable[MetricTrust] = RecordTable(self._trust_model, parent=self)
        self._trust.setObjectName("compare_trust")
        self._trust.setAccessibleName(self.tr("Agreement of the scores with your ratings"))
        self._next_model: RecordTableModel[ToRate] = RecordTableModel(
            (
                Column(self.tr("Rate next"), self._question_of, stretch=True, tooltip=self._question_of),
                Column(self.tr("Why"), _why, tooltip=lambda one: one.sentence or _ABOUT_RANDOM),
            ),
            key=lambda one: one.key,
        )
        self._next: RecordTable[ToRate] = RecordTable(self._next_model, parent=self)
        self._next.setObjectName("compare_rate_next")
        self._next.setAccessibleName(self.tr("Answers to rate next"))
        self._warnings, self._count, self._question, self._bias = (QLabel(self) for _ in range(4))
        self._right, self._answer, self._arm = QLabel(self), QLabel(self), QLabel(self)
        for label, role in (
            (self._warnings, "warn-small"),
            (self._count, "muted"),
            (self._bias, "muted"),
            (self._question, "field"),
            (self._right, "muted"),
            (self._answer, ""),
            (self._arm, "small"),
        ):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            set_role(label, role)
        self._warnings.setObjectName("compare_judge_warnings")
        self._bias.setObjectName("compare_position_bias")
        self._count.setObjectName("compare_rating_count")
        self._answer.setObjectName("compare_rated_answer")
        self._arm.setObjectName("compare_rated_arm")
        self._card = QFrame(self)
        set_role(self._card, "panel")
        self._bar = RatingBar("compare_rate", self)
        self._bar.setAccessibleName(self.tr("Your rating"))
        self._scale = QComboBox(self)
        self._scale.setObjectName("compare_rating_scale")
        self._scale.setAccessibleName(self.tr("How you rate"))
        self._scale.addItem(self.tr("right, partly, wrong"), RatingScale.STEPS.value)
        self._scale.addItem(self.tr("1 to 5"), RatingScale.GRADES.value)
        self._blind = QCheckBox(self.tr("Hide the arms"), self)
        self._blind.setObjectName("compare_rating_blind")
        self._back = named_button(
            self, "compare_rating_back", self.tr("Take back"), "quiet", spoken=self.tr("Take the last rating back")
        )

    def _build_layout(self) -> None:
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(12, 8, 12, 8)
        inside.addWidget(self._answer)
        choices = QHBoxLayout()
        choices.addWidget(self._scale)
        choices.addWidget(self._blind)
        choices.addStretch(1)
        choices.addWidget(self._back)
        right = QVBoxLayout()
        right.setSpacing(6)
        for widget in (self._question, self._right, self._card, self._arm, self._bar):
            right.addWidget(widget)
        right.addStretch(1)
        right.addLayout(choices)
        below = QHBoxLayout()
        below.setSpacing(14)
        below.addWidget(self._next, 2)
        below.addLayout(right, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        for widget in (self._warnings, self._bias, self._trust, self._count):
            column.addWidget(widget)
        column.addLayout(below, 1)
        self.setMinimumHeight(380)

    def _connect(self) -> None:
        self._bar.rated.connect(self.rated)
        self._next.selectionModel().currentRowChanged.connect(self._on_row)
        self._scale.activated.connect(self._on_scale)
        self._blind.toggled.connect(self.blindness_chosen)
        self._back.clicked.connect(self.taken_back)
        for number in _KEYS:
            key = QShortcut(QKeySequence(str(number)), self)
            key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            key.setProperty("number", number)
            key.activated.connect(self._on_key)

    def _question_of(self, one: ToRate) -> str:
        example = self._examples.get(one.key[1])
        return " ".join(example.question.split()) if example else one.key[1]

    @Slot(QModelIndex, QModelIndex)
    def _on_row(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.answer_chosen.emit(self._next_model.record(current.row()).key)

    @Slot(int)
    def _on_scale(self, index: int) -> None:
        self.scale_chosen.emit(str(self._scale.itemData(index)))

    @Slot()
    def _on_key(self) -> None:
        self._bar.press(int(self.sender().property("number")))


_ABOUT_KAPPA = (
    "Cohen's kappa with quadratic weights: does it give the same marks as you, chance taken off? 1: always, 0: as by "
    "chance. In brackets its 95 % interval."
)
_ABOUT_TAU = (
    "Kendall's tau-b: does it put answers into the same order as you? 1: always, 0: no connection, -1: the other way "
    "round. In brackets its 95 % interval."
)
_ABOUT_RANDOM = "Drawn at random: it counts for the agreement."


def _kappa(one: MetricTrust) -> str:
    return "–" if one.missing else say_interval(one.agreement.kappa)


def _tau(one: MetricTrust) -> str:
    return "–" if one.missing else say_interval(one.agreement.tau)


def _why(one: ToRate) -> str:
    return "random" if one.why is Why.RANDOM else "scores disagree"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
