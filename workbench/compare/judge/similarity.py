"""Semantic similarity: does the answer mean what a right answer means?

The score is the cosine of the embeddings of answer and right answer, the nearest right answer counts, and what is below
0 (opposite directions, which sentence embedders hardly produce) counts as 0. Sentences about one thing are near each
other whether or not they agree: "54 euros" and "45 euros" are. It is a judgement of topic and wording, not of facts.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.compare.judge.plain_cases import UNKNOWN, plain_score
from workbench.compare.judge.score_journal import ScoreJournal, key_of
from workbench.compare.trial_types import Trial
from workbench.datasets.types import Example
from workbench.scoring.metrics.exact_match import shown
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue

if TYPE_CHECKING:
    from workbench.embedding import Embedder, Vectors

BLOCK = 32
_CHARACTERS_PER_TOKEN = 12
"""More than words have: what lies beyond this times the embedder's length is cut off by it anyway."""


class SimilarityScorer:
    """Scores answers by one embedder, whose vectors of texts are kept while the comparison is scored."""

    def __init__(self, embedder: "Embedder", identity: str, journal: ScoreJournal) -> None:
        self._embedder = embedder
        self._identity = identity
        self._journal = journal

    def score_all(self, trials: Sequence[tuple[Trial, Example]], on_done: Callable[[int], None]) -> list[ScoreValue]:
        """A score for every answer, in their order. `on_done` is told how many there are; it may cancel."""
        found: list[ScoreValue] = []
        for start in range(0, len(trials), BLOCK):
            on_done(start)
            found += self._score_block(trials[start : start + BLOCK])
        return found

    def _score_block(self, block: Sequence[tuple[Trial, Example]]) -> list[ScoreValue]:
        plain = [UNKNOWN if example.answers_unknown else plain_score(trial.answer, example) for trial, example in block]
        keys = [key_of("similarity", self._identity, trial.answer, example.answers) for trial, example in block]
        known = [score or self._journal.score(key) for score, key in zip(plain, keys, strict=True)]
        texts = {
            self._cut(text): None
            for (trial, example), score in zip(block, known, strict=True)
            if score is None
            for text in (without_marks(trial.answer), *example.answers)
        }
        vectors = dict(zip(texts, self._embedder.embed_documents(list(texts)), strict=True)) if texts else {}
        scores = []
        for (trial, example), score, key in zip(block, known, keys, strict=True):
            if score is None:
                score = self._compare(without_marks(trial.answer), example.answers, vectors)
                self._journal.add_score(key, score)
            scores.append(score)
        return scores

    def _compare(self, answer: str, references: Sequence[str], vectors: "dict[str, Vectors]") -> ScoreValue:
        own = vectors[self._cut(answer)]
        cosine, nearest = max((float(own @ vectors[self._cut(text)]), text) for text in references)
        long = [what for what, text in (("answer", answer), ("right answer", nearest)) if self._is_cut(text)]
        said = f"Cosine {cosine:.2f} to “{shown(nearest)}”."
        if long:
            said += f" Only the first {self._embedder.max_tokens} tokens of the {' and the '.join(long)} count."
        return ScoreValue(value=min(max(cosine, 0.0), 1.0), explanation=said)

    def _cut(self, text: str) -> str:
        """What the embedder can see at most, so that a text of megabytes is not tokenised whole."""
        return text[: self._embedder.max_tokens * _CHARACTERS_PER_TOKEN]

    def _is_cut(self, text: str) -> bool:
        return self._cut(text) != text or self._embedder.count_tokens(text) > self._embedder.max_tokens - 2
