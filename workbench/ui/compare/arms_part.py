"""What the user does with arms: makes, copies, changes, moves, removes them. No Qt."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.compare.arm_spec import ArmSpec
from workbench.compare.standard_arms import StandardArms, best_model, standard_arms
from workbench.compare.stock import Stock
from workbench.naming import numbered
from workbench.ui.compare.board import Board
from workbench.ui.compare.stock_part import StockPart
from workbench.ui.protocols import Navigator

if TYPE_CHECKING:
    from workbench.compare.expectations import Expectation
    from workbench.compare.guide.making import Plan

MOST_ARMS = 40


class ArmsPart:
    def __init__(self, board: Board, stock: StockPart, navigator: Navigator) -> None:
        self._board = board
        self._lookups = stock
        self._navigator = navigator

    @property
    def _stock(self) -> Stock:
        return self._board.state.making.stock

    def make_standard(self) -> None:
        """Replace the arms by the standard ones, as far as they can be made."""
        self._lookups.with_shared_prompt(self._make_standard)

    def _make_standard(self, system: str) -> None:
        found = self._standard(system)
        self._change(missing=found.missing)
        if found.arms:
            self._replace(found.arms, found.why, ())

    def _standard(self, system: str) -> StandardArms:
        questions, making = self._board.state.questions, self._board.state.making
        return standard_arms(
            self._stock,
            questions=questions.path if questions else "",
            system=system,
            overlaps=making.overlaps,
            held=making.held,
            collection=making.wanted_collection,
        )

    def choose_collection(self, name: str) -> None:
        """Let the standard arms search this collection; empty: the one that fits the questions best. Arms that the
        program made and nobody changed since are made anew."""
        self._change(wanted_collection=name)
        self._lookups.with_shared_prompt(self._make_again)

    def _make_again(self, system: str) -> None:
        state, found = self._board.state, self._standard(system)
        by_name = {arm.name: arm for arm in found.arms if arm.name in state.making.why}
        if by_name:
            self._change(why={**state.making.why, **{name: found.why[name] for name in by_name}}, missing=found.missing)
            self._board.show(arms=tuple(by_name.get(arm.name, arm) for arm in state.arms))

    def set_up(self, plan: "Plan", expectations: "tuple[Expectation, ...]") -> None:
        """Take the arms that the guide proposes."""
        self._change(missing=())
        self._replace(plan.arms, plan.why, expectations)

    def _replace(
        self,
        arms: tuple[ArmSpec, ...],
        why: "dict[str, tuple[str, ...]]",
        expectations: "tuple[Expectation, ...]",
    ) -> None:
        """Other arms; those from before can come back."""
        before = self._board.state.arms
        self._change(why=why, removed=None, replaced=before if before != arms else ())
        self._board.show(arms=arms, edited=-1, expectations=expectations)

    def add(self) -> None:
        arms = self._board.state.arms
        if len(arms) >= MOST_ARMS:
            return
        names = {arm.name for arm in arms}
        name = next(f"arm {n}" for n in range(1, 1000) if f"arm {n}" not in names)
        model, _ = best_model(self._stock)
        arm = ArmSpec(name=name, model=model.name if model else "starter")
        self._board.show(arms=(*arms, arm), edited=len(arms))

    def copy(self, index: int) -> None:
        """The copy stands below, opened, to be changed in one thing."""
        arms = list(self._board.state.arms)
        if not 0 <= index < len(arms) or len(arms) >= MOST_ARMS:
            return
        names = {arm.name for arm in arms}
        base = arms[index]
        name = numbered(_without_number(base.name)[:74], names.__contains__)
        arms.insert(index + 1, base.model_copy(update={"name": name}))
        self._board.show(arms=tuple(arms), edited=index + 1)

    def remove(self, index: int) -> None:
        arms = self._board.state.arms
        if 0 <= index < len(arms):
            left = tuple(arm for place, arm in enumerate(arms) if place != index)
            self._change(removed=(index, arms[index]), replaced=())
            self._board.show(arms=left, edited=min(index, len(left) - 1))

    def undo(self) -> None:
        """Bring back the arm that was removed last, or the arms that were replaced."""
        making = self._board.state.making
        if making.replaced:
            self._change(replaced=())
            self._board.show(arms=making.replaced, edited=-1, expectations=())
            return
        removed = making.removed
        if removed is None:
            return
        index, arm = removed
        arms = list(self._board.state.arms)
        arms.insert(min(index, len(arms)), arm)
        self._change(removed=None)
        self._board.show(arms=tuple(arms), edited=min(index, len(arms) - 1))

    def move(self, index: int, to: int) -> None:
        """Put the arm at `index` where `to` is; the one that is edited stays it."""
        arms = list(self._board.state.arms)
        if not (0 <= index < len(arms) and 0 <= to < len(arms)) or index == to:
            return
        edited = self._board.state.edited_arm
        arms.insert(to, arms.pop(index))
        place = next((n for n, arm in enumerate(arms) if arm is edited), -1)
        self._board.show(arms=tuple(arms), edited=place)

    def edit(self, index: int) -> None:
        """Open the form of an arm; -1 closes it."""
        self._board.show(edited=index if 0 <= index < len(self._board.state.arms) else -1)
        if (arm := self._board.state.edited_arm) is not None:
            self._lookups.read_places(arm.collection)

    def change(self, arm: ArmSpec) -> None:
        """The edited arm is now this; expectations go on speaking of it under its new name."""
        state = self._board.state
        if state.edited_arm is None:
            return
        before = state.edited_arm.name
        if arm.model_copy(update={"name": before}) != state.edited_arm:  # the program's reasons are not the user's
            self._change(why={name: why for name, why in state.making.why.items() if name != before})
            state = self._board.state
        arms = tuple(arm if place == state.edited else other for place, other in enumerate(state.arms))
        names = [other.name for other in state.arms]
        if before != arm.name and names.count(before) == 1:
            self._board.show(expectations=_renamed(state.expectations, before, arm.name))
            self._change(why={(arm.name if n == before else n): w for n, w in state.making.why.items()})
        self._board.show(arms=arms)
        self._lookups.read_places(arm.collection)
        self._lookups.look_for_overlaps()

    def mend(self, tab: str, case: dict[str, str]) -> None:
        """Go where what is missing can be made."""
        self._navigator.open_tab(tab, **case)

    def _change(self, **changes: Any) -> None:
        self._board.show(making=replace(self._board.state.making, **changes))


def _without_number(name: str) -> str:
    """ "prompt" of "prompt 2": a copy of a copy is "prompt 3"."""
    stem, _, number = name.rpartition(" ")
    return stem if stem and number.isdecimal() else name


def _renamed(expectations: "tuple[Expectation, ...]", old: str, new: str) -> "tuple[Expectation, ...]":
    def name(arm: str) -> str:
        return new if arm == old else arm

    return tuple(one.model_copy(update={"arm": name(one.arm), "other": name(one.other)}) for one in expectations)
