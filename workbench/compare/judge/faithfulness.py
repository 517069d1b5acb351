"""Faithfulness: what share of an answer's sentences do the passages in its prompt support?

Each sentence is held against all passages of the prompt by the check that the Documents tab makes of citations
(`rag.claims`): its numbers must stand there, and most of its words, or it must mean nearly what a sentence there means.
An answer can be faithful and wrong (the passages may be), or right and unfaithful (the model knew it).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.compare.judge.score_journal import ScoreJournal, key_of
from workbench.compare.trial_types import Trial
from workbench.rag.citations import without_marks
from workbench.rag.claims import can_be_checked, check_statement, needs_source, sentences
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.refusal import is_refusal
from workbench.scoring.types import ScoreValue

if TYPE_CHECKING:
    from workbench.embedding import Embedder, Vectors

_KEPT_VECTORS = 5000
_SAYS_NOTHING = frozenset({"yes", "no", "true", "false"})
MOST_SENTENCES = 200
"""An answer of more is checked in its first ones: it is a loop, not an answer."""


class FaithfulnessScorer:
    """Scores answers by one embedder, for the sentences whose words do not stand in the passages."""

    def __init__(self, embedder: "Embedder", identity: str, journal: ScoreJournal) -> None:
        self._embedder = embedder
        self._identity = identity
        self._journal = journal
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()

    def score_all(self, trials: Sequence[Trial], on_done: Callable[[int], None]) -> list[ScoreValue]:
        """A score for every answer, in their order; without a value where nothing was to be supported."""
        found = []
        for number, trial in enumerate(trials):
            on_done(number)
            found.append(self._score(trial))
        return found

    def _score(self, trial: Trial) -> ScoreValue:
        if not trial.hits:
            return ScoreValue(explanation="Nothing was retrieved for this answer: there are no passages to be true to.")
        if not trial.used:
            return ScoreValue(explanation="No passage stood in the prompt.")
        key = key_of("faithfulness", self._identity, trial.answer, [hit.text for hit in trial.used_hits])
        if known := self._journal.score(key):
            return known
        score = self._check(trial)
        self._journal.add_score(key, score)
        return score

    def _check(self, trial: Trial) -> ScoreValue:
        if is_refusal(trial.answer):
            return ScoreValue(explanation="The answer refuses: it states nothing.")
        found = statements(trial.answer)
        if not found:
            return ScoreValue(explanation="The answer states nothing that a passage could hold.")
        claims = [check_statement(text, (), trial.used_hits, self._similarities) for text in found]
        wrong = [claim for claim in claims if not claim.supported]
        share = 1 - len(wrong) / len(claims)
        said = f"{len(claims) - len(wrong)} of {len(claims)} sentences are supported."
        first = (
            f" Not: “{shown(wrong[0].text)}”. {wrong[0].reason.replace('cited passage does', 'passages do')}"
            if wrong
            else ""
        )
        return ScoreValue(value=share, explanation=said + first)

    def _similarities(self, text: str, others: Sequence[str]) -> list[float]:
        wanted = [text, *others]
        missing = [other for other in dict.fromkeys(wanted) if other not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, self._embedder.embed_documents(missing), strict=True))
        own = self._vectors[text]
        found = [float(own @ self._vectors[other]) for other in others]
        while len(self._vectors) > _KEPT_VECTORS:
            self._vectors.popitem(last=False)
        return found


def statements(answer: str) -> list[str]:
    """The sentences that state something, without their marks; all that can be checked where none is long enough."""
    every = [without_marks(sentence) for sentence in sentences(answer)]
    stated = [text for text in every if needs_source(text)]
    short = [text for text in every if can_be_checked(text) and text.casefold().strip(" .!") not in _SAYS_NOTHING]
    return (stated or short)[:MOST_SENTENCES]
