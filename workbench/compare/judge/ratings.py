"""What the user thinks of answers."""

import hashlib
from collections.abc import Iterable

from workbench.compare.judge.types import AnswerRating, TrialKey
from workbench.compare.trial_types import Trial


def key_of_trial(trial: Trial) -> TrialKey:
    return trial.arm, trial.example_id, trial.repeat


def answer_hash(answer: str) -> str:
    """SHA-256 of an answer's text."""
    return hashlib.sha256(answer.encode(errors="surrogatepass")).hexdigest()


def ratings_in_force(ratings: Iterable[AnswerRating], trials: Iterable[Trial]) -> dict[TrialKey, AnswerRating]:
    """Those that are about the answers as they are, by trial."""
    given = {rating.key: rating for rating in ratings}
    if not given:
        return {}  # of most comparisons, whose answers may be thousands
    answers = {key: trial.answer for trial in trials if (key := key_of_trial(trial)) in given and not trial.has_failed}
    hashes = {key: answer_hash(answer) for key, answer in answers.items()}
    return {key: rating for key, rating in given.items() if hashes.get(key) == rating.answer_hash}
