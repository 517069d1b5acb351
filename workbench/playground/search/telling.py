"""What a search says of itself while it goes on: who takes part, how they stand, how far it is."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from workbench.jobs.context import JobContext
from workbench.playground.search.catalogue import whole_text
from workbench.playground.search.reporting import standing_of
from workbench.playground.search.scoring_table import ScoreTable
from workbench.playground.search.search import Race
from workbench.playground.search.types import (
    Candidate,
    CandidateEntered,
    Phase,
    SearchBudget,
    SearchProgress,
    Standing,
)

_TELL_EVERY_SECONDS = 0.5
_SHOWN_TEXT = 4_000


@dataclass(slots=True)
class Teller:
    """Every telling is also where a cancel takes effect."""

    context: JobContext
    budget: SearchBudget
    table: ScoreTable
    candidates: Mapping[str, Candidate]
    """Of the table; grows while the search goes on."""
    questions: Collection[str]
    """On which candidates race."""
    seconds: Callable[[], float]
    """How long the search has worked."""
    clock: Callable[[], float] = time.monotonic
    _phase: Phase = Phase.RACING
    _race: Race | None = None
    _told: dict[str, Standing] = field(default_factory=dict)
    _next_telling: float = 0.0

    def enter(self, candidate: Candidate) -> None:
        """A candidate takes part."""
        self.context.produce(
            CandidateEntered(
                id=candidate.id,
                origin=candidate.origin,
                instruction=candidate.instruction,
                examples=candidate.examples,
                format=candidate.format,
                text=whole_text(candidate.prompt)[:_SHOWN_TEXT],
            )
        )

    def begin_writing(self) -> None:
        """Nobody has a score yet."""
        self._phase = Phase.WRITING
        self._show_progress()

    def begin_racing(self) -> None:
        """Told with the first scores."""
        self._phase = Phase.RACING

    def go_on(self, race: Race) -> None:
        """A round is over."""
        self._race = race
        self._tell()

    def begin_rewriting(self, race: Race) -> None:
        self._race, self._phase = race, Phase.REWRITING
        self._tell()

    def begin_held_out(self, race: Race) -> None:
        self._race, self._phase = race, Phase.HELD_OUT
        self._tell()

    def look(self) -> None:
        """Scores came: tell them, unless that was done just now."""
        if self.clock() >= self._next_telling:
            self._tell()

    def end(self, race: Race) -> None:
        """Every standing once more."""
        self._race = race
        self._tell(everything=True)

    def _tell(self, *, everything: bool = False) -> None:
        """What changed since the last time."""
        self._next_telling = self.clock() + _TELL_EVERY_SECONDS
        dropped = self._race.dropped if self._race is not None else {}
        standings = {one: standing_of(one, self.table, self.questions, dropped) for one in self.candidates}
        changed = tuple(now for one, now in standings.items() if everything or self._told.get(one) != now)
        self._told |= standings
        used, seconds = self.table.allowance.used, self.seconds()
        self.context.produce(SearchProgress(phase=self._phase, standings=changed, used=used, seconds=seconds))
        self._show_progress()

    def _describe(self) -> str:
        match self._phase:
            case Phase.RACING if self._race is not None:
                left = len(self._race.survivors)
                return f"Round {self._race.rounds + 1}: {left} candidates left"
            case Phase.RACING:
                return "First round"
            case Phase.WRITING:
                return "Writing instructions"
            case Phase.REWRITING:
                return "Rewriting the best one"
            case Phase.HELD_OUT:
                return "Held-out questions"

    def _show_progress(self) -> None:
        budget, used, label = self.budget, self.table.allowance.used, self._describe()
        by_time = budget.seconds and self.seconds() / budget.seconds
        if budget.generations and used / budget.generations >= by_time:
            self.context.progress(used, budget.generations, label)
        else:
            self.context.progress(min(self.seconds(), budget.seconds), budget.seconds, label)
