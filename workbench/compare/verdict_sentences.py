"""The verdict in sentences, with the numbers behind each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt

from workbench.compare.by_tag import FEWEST_QUESTIONS, tags_that_differ
from workbench.compare.choice_sentences import about_choice
from workbench.compare.terms import Terms
from workbench.compare.verdict_types import PairResult, TagVerdict, Verdict, VerdictKind
from workbench.compare.wording import between, listed, percent, points
from workbench.compare.worth import Candidates, Choice

_IN_FOUR_OF_FIVE = "in 4 of 5 comparisons"


@dataclass(frozen=True, slots=True)
class Known:
    """What the sentences are made of, beside the verdict."""

    candidates: Candidates
    choice: Choice
    terms: Terms


def explain(verdict: Verdict, known: Known) -> Iterator[str]:
    """Sentences for people: what was found, what follows, what is missing."""
    yield from _about_quality(verdict, verdict.means)
    yield from about_choice(verdict, known.candidates, known.choice, known.terms.weights)
    yield from _about_tags(verdict)
    yield from _about_noise(verdict, known.terms.noise)
    yield from _about_gaps(verdict)
    yield from verdict.notes


def _about_quality(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    if not means:
        yield f"No arm has enough scored answers: there is nothing to decide on.{_what_to_mend(verdict)}"
        return
    if len(means) == 1:
        yield from _about_one_arm(verdict, *means.items())
        return
    if verdict.questions == 1:
        yield "One question decides nothing: ask at least 30."
        return
    if not any(means.values()):
        yield "No arm answered a single question right: none is recommended. Look at the answers before choosing."
        return
    match verdict.kind:
        case VerdictKind.WINNER:
            yield from _about_winner(verdict, means)
        case VerdictKind.EQUIVALENT:
            yield from _about_equals(verdict)
        case VerdictKind.UNDECIDED:
            yield from _about_doubt(verdict, means)
    yield from _about_beaten(verdict, means)


def _about_one_arm(verdict: Verdict, only: tuple[str, float]) -> Iterator[str]:
    arm, mean = only
    nothing = "there is nothing to compare it with, and nothing is recommended"
    if mend := _what_to_mend(verdict):
        yield f"Only {arm} can be judged ({percent(mean)}): {nothing}.{mend}"
    else:
        yield f"Only {arm} was measured ({percent(mean)}): {nothing}. Add a second arm."


def _what_to_mend(verdict: Verdict) -> str:
    """Empty where no arm was left out."""
    if not verdict.notes and len(verdict.scored) == len(verdict.means):
        return ""
    return " Why the others cannot be judged stands below: once that is mended, run the comparison again."


def in_a_word(verdict: Verdict) -> str:
    """Like "rag wins", "undecided"; "none" where there was nothing to compare."""
    if verdict.is_on_nothing:
        return "none"
    if verdict.is_never_right:
        return "no arm is ever right"
    return f"{verdict.winner} wins" if verdict.winner else str(verdict.kind)


def _about_winner(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    top, pair = verdict.best[0], _closest(verdict, verdict.best[0])
    tests = f" after correction for {len(verdict.pairs)} pairs" if len(verdict.pairs) > 1 else ""
    yield (
        f"{top} answers best: {percent(means[top])}, the next is {pair.first} with {percent(means[pair.first])}. "
        f"The difference is {points(pair.difference)} ({_interval(pair)}, {_on(pair, verdict)})."
    )
    worst = max(p.corrected_p_value for p in verdict.pairs if p.second == top)
    every = "every other arm" if len(means) > 2 else pair.first
    yield f"It beats {every} by more than chance explains (p {p_value(worst)}{tests})."


def _about_equals(verdict: Verdict) -> Iterator[str]:
    pair = _closest(verdict, verdict.best[0])
    every = " of each other" if len(verdict.best) > 2 else ""
    yield (
        f"{listed(verdict.best)} are equally good: they are within {points(verdict.margin)}{every}, "
        f"whatever chance did ({_interval(pair)}, {_on(pair, verdict)})."
    )


def _about_doubt(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    top, pair = verdict.best[0], _closest(verdict, verdict.best[0])
    parts = listed([f"{arm} ({percent(means[arm])})" for arm in verdict.best])
    shared = "" if pair.questions == verdict.questions else f", {_on(pair, verdict)}"
    yield (
        f"{parts} cannot be told apart on these {verdict.questions} questions: the difference between {top} and "
        f"{pair.first} is {points(pair.difference)} ({_interval(pair)}{shared})."
    )
    if pair.low > 0:
        yield (
            f"The interval is that of this pair alone. Of {len(verdict.pairs)} pairs one looks like this by chance "
            f"more often: corrected for that, p {p_value(pair.corrected_p_value)}, and below 0.05 would be needed."
        )
    more, all_of_them = verdict.more_questions_needed, verdict.questions_needed
    who = "one of them" if len(verdict.best) == 2 else "one arm"
    others = "the other" if len(verdict.best) == 2 and len(means) == 2 else "all others"
    if more:
        few, whole = rounded(more), rounded(all_of_them or 0)
        in_all = f" ({whole:,} in all)" if whole != few else ""
        yield (
            f"About {few:,} more questions{in_all} would show it "
            f"{_IN_FOUR_OF_FIVE} if {who} is better than {others} by {points(verdict.margin)}."
        )
    elif more == 0:
        yield (
            f"These questions are enough to find a difference of {points(verdict.margin)} {_IN_FOUR_OF_FIVE}: "
            "if there is one, it is probably smaller."
        )


def _about_beaten(verdict: Verdict, means: Mapping[str, float]) -> Iterator[str]:
    beaten = [arm for arm in means if arm not in verdict.best]
    if beaten and len(verdict.best) > 1:
        top = verdict.best[0]
        parts = listed([f"{arm} ({percent(means[arm])})" for arm in beaten])
        verb = "is" if len(beaten) == 1 else "are"
        yield f"{parts} {verb} worse than {top} ({percent(means[top])}) by more than chance explains."


def _about_tags(verdict: Verdict) -> Iterator[str]:
    for tag in tags_that_differ(verdict.by_tag, verdict.best):
        yield about_tag(tag, verdict)
    small = [tag for tag in verdict.by_tag if tag.is_too_small]
    if small:
        names = listed([f"“{tag.tag}” ({tag.questions})" for tag in small[:5]])
        more = f" and {len(small) - 5} more tags" if len(small) > 5 else ""
        verb, whose = ("has", "its") if len(small) == 1 else ("have", "their")
        yield f"{names}{more} {verb} too few questions for a verdict of {whose} own: {FEWEST_QUESTIONS} are needed."


def about_tag(tag: TagVerdict, verdict: Verdict) -> str:
    """Like "On “dates” (42 questions) rag is best: 81 % against 40 % of tuned, which is best overall"."""
    best = listed([f"{arm} ({percent(tag.means[arm])})" for arm in tag.best])
    verb = "is" if len(tag.best) == 1 else "are"
    overall = [arm for arm in verdict.best if arm in tag.means and arm not in tag.best]
    against = listed([f"{arm} has {percent(tag.means[arm])}" for arm in overall])
    what = "which is" if len(overall) == 1 else "which are"
    rest = f"; {against}, {what} best overall" if overall else ""
    return f"On “{tag.tag}” ({tag.questions} questions) {best} {verb} best{rest}."


def _about_noise(verdict: Verdict, noise: Mapping[str, float]) -> Iterator[str]:
    for arm, deviation in noise.items():
        asked = verdict.scored.get(arm, 0)
        if deviation > 0 and asked and arm in verdict.means:
            yield (
                f"Asked the same again, {arm} scores {points(deviation)} higher or lower on a question, which moves "
                f"its mean over {asked} questions by {_small_points(deviation / sqrt(asked))}."
            )


def _about_gaps(verdict: Verdict) -> Iterator[str]:
    for arm, count in verdict.scored.items():
        if arm not in verdict.means:
            some = f"only {count} of {verdict.questions} questions {'has' if count == 1 else 'have'} a score"
            yield f"{arm} is not judged: {some if count else 'no question has a score'}."
        elif count < verdict.questions:
            yield f"{arm} has a score for {count} of {verdict.questions} questions; its pairs do without the others."


def _closest(verdict: Verdict, top: str) -> PairResult:
    """The pair of the best arm with the strongest rival."""
    return min((pair for pair in verdict.pairs if pair.second == top), key=lambda pair: pair.difference)


def _on(pair: PairResult, verdict: Verdict) -> str:
    """On how many questions a pair was compared, and which where it was not on all."""
    if pair.questions == verdict.questions:
        return f"{pair.questions} questions"
    return f"on the {pair.questions} questions for which both have a score"


def _interval(pair: PairResult) -> str:
    return f"95 % interval {between(pair.low, pair.high)}"


def p_value(value: float) -> str:
    """ "= 0.013", "< 0.001"."""
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _small_points(value: float) -> str:
    return f"{100 * value:.1f} points"


def rounded(count: int) -> int:
    """Two digits that say something: a plan is not more exact."""
    unit: int = 10 ** max(0, len(str(count)) - 2)
    return -(-count // unit) * unit
