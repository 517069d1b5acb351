"""The guide: takes answers, applies the rules, sets up the arms. No Qt."""

from collections.abc import Callable
from dataclasses import replace

from workbench.compare.guide.answers import Answers
from workbench.compare.guide.interview import suggested
from workbench.compare.guide.making import between, plan
from workbench.compare.guide.outlook import situation_of
from workbench.compare.guide.proposing import propose
from workbench.compare.standard_arms import best_collection, shared_prompt
from workbench.llm.computer import Computer
from workbench.llm.types import ModelRef
from workbench.ui.compare.arms_part import ArmsPart
from workbench.ui.compare.board import Board
from workbench.ui.compare.stock_part import StockPart
from workbench.ui.protocols import Background


class GuidePart:
    def __init__(
        self,
        board: Board,
        arms: ArmsPart,
        stock: StockPart,
        read_computer: Callable[[], Computer | None],
        in_background: Background,
    ) -> None:
        self._board = board
        self._arms = arms
        self._stock = stock
        self._read_computer = read_computer
        self._in_background = in_background
        self._is_measured = False

    def open(self) -> None:
        """Measure the computer once, and propose."""
        self._propose()
        if not self._is_measured:
            self._is_measured = True
            self._in_background(self._read_computer, self._take_computer)

    def look_again(self) -> None:
        """Models, collections, data sets or questions came or went."""
        if self._board.state.guide.proposal is not None:
            self._propose()

    def answer(self, key: str, value: object) -> None:
        """One question of the interview was answered."""
        guide = self._board.state.guide
        answers = Answers.model_validate({**guide.answers.model_dump(), key: value})
        self._board.show(guide=replace(guide, answers=answers, answered=guide.answered | {key}))
        self._propose()

    def forget_answers(self) -> None:
        """Back to what is suggested by what is here."""
        self._board.show(guide=replace(self._board.state.guide, answered=frozenset()))
        self._propose()

    def set_up(self) -> None:
        """Fill the arms with those that can be made now."""
        if self._board.state.guide.plan is not None:
            self._stock.with_shared_prompt(self._set_up)

    def _set_up(self, _prompt: str) -> None:
        self._propose()  # the prompt that the arms share is saved by now
        made = self._board.state.guide.plan
        if made is not None and made.arms:
            self._arms.set_up(made, between(made.expectations, {arm.name for arm in made.arms}))

    def _take_computer(self, computer: Computer | None) -> None:
        self._board.show(guide=replace(self._board.state.guide, computer=computer))
        self._propose()

    def _propose(self) -> None:
        state = self._board.state
        guide, stock = state.guide, state.making.stock
        known = suggested(stock)
        told = guide.answers.model_dump(include=set(guide.answered))
        answers = Answers.model_validate({**known.answers.model_dump(), **told})
        situation = situation_of(answers, stock, guide.computer)
        proposal = propose(situation)
        collection, _ = best_collection(stock, state.making.held, state.making.wanted_collection)
        shared = shared_prompt(stock, collection.name if collection is not None else "")
        questions = state.questions.path if state.questions else ""
        fits = guide.computer.fits if guide.computer else _unknown
        self._board.show(
            guide=replace(
                guide,
                answers=answers,
                why={key: why for key, why in known.why.items() if key not in guide.answered},
                training=situation.training,
                proposal=proposal,
                plan=plan(
                    proposal,
                    stock,
                    questions=questions,
                    system=shared.written if shared is not None else "",
                    fits=fits,
                    overlaps=state.making.overlaps,
                    held=state.making.held,
                    collection=state.making.wanted_collection,
                ),
            )
        )


def _unknown(_model: ModelRef) -> bool:
    """Nothing is known of the computer yet."""
    return True
