"""The leaks of a comparison: every place that arms have seen, searched by words, then by meaning."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.compare.arm_types import Arm
from workbench.compare.leak_types import Leak, LeakKind
from workbench.compare.leaks.meaning import MOST_EMBEDDED, search_by_meaning
from workbench.compare.leaks.near import Match, NearSearch
from workbench.compare.leaks.raw_text import TextSearch
from workbench.compare.leaks.vectors import RememberedVectors
from workbench.compare.leaks.words import asked
from workbench.compare.seen import SeenKind, SeenRow, SeenRows, read_seen
from workbench.compare.types import CompareRequest
from workbench.datasets.types import Example
from workbench.embedding import Embedder
from workbench.errors import WorkbenchError
from workbench.playground.types import Shot

_SHOWN = 400
"""Characters of a row that are kept."""
_TELL_EVERY = 2000


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What was found, and what could not be looked at."""

    leaks: tuple[Leak, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def certain_ids(self) -> frozenset[str]:
        """Questions that leaked for certain."""
        return frozenset(leak.example_id for leak in self.leaks if leak.kind.is_certain)


Tell = Callable[[float, float, str], None]


def find_leaks(
    request: CompareRequest,
    open_embedder: Callable[[], Embedder] | None = None,
    *,
    cache: Path | None = None,
    tell: Tell = lambda done, total, label: None,
) -> LeakReport:
    """Every leak of a comparison, at most one per question and place: exact before near before suspected.

    Without `open_embedder` nothing is suspected. `cache`: where vectors are remembered. `tell` may raise to stop.
    """
    places = places_of(request)
    vectors, notes = _open(open_embedder, cache) if places and open_embedder else (None, [])
    leaks: list[Leak] = []
    for seen in places:
        try:
            leaks += search_place(request.examples, seen, vectors, tell, notes)
        except WorkbenchError as problem:
            notes.append(f"The {seen.where} could not be searched for test questions: {problem}")
    return LeakReport(tuple(leaks), (*request.unknown_rows, *notes))


def places_of(request: CompareRequest) -> list[SeenRows]:
    """What the arms carry with them, and what was gathered beside them; an arm that is not there has seen nothing."""
    names = {arm.name for arm in request.arms}
    places = [
        SeenRows(
            kind=SeenKind.SHOTS,
            where=f"few-shot examples of arm {arm.name}",
            arms=(arm.name,),
            rows=tuple(
                SeenRow(question=shot.question, answer=shot.answer, number=number)
                for number, shot in enumerate(shots, 1)
            ),
        )
        for arm in request.arms
        if (shots := _shots_of(arm))
    ]
    gathered = [seen.model_copy(update={"arms": tuple(a for a in seen.arms if a in names)}) for seen in request.seen]
    return [*places, *(seen for seen in gathered if seen.arms)]


def _shots_of(arm: Arm) -> tuple[Shot, ...]:
    """The arm's own, and those of its saved prompt."""
    few_shot = arm.prompt.few_shot if arm.prompt is not None else None
    return (*arm.shots, *(few_shot.shots if few_shot is not None else ()))


def search_place(
    examples: Sequence[Example],
    seen: SeenRows,
    vectors: RememberedVectors | None = None,
    tell: Tell = lambda done, total, label: None,
    notes: list[str] | None = None,
) -> list[Leak]:
    """The test questions among the rows of one place. Raises WorkbenchError when they cannot be read.

    What a person should know of the search is added to `notes`.
    """
    label = f"Looking for test questions in {seen.where}"
    tell(0, 0, label)
    if seen.kind is SeenKind.TEXT:
        text = TextSearch(examples)
        for document in read_seen(seen):
            text.look_at(document)
        return [_leak(seen, example_id, match, LeakKind.SUSPECTED) for example_id, match in text.matches.items()]
    search, rows = _by_words(examples, seen, tell, label, keeps=vectors is not None)
    leaks = [
        _leak(seen, example_id, match, LeakKind.EXACT if match.is_exact else LeakKind.NEAR)
        for example_id, match in search.matches.items()
    ]
    if vectors is not None:
        rest = [example for example in examples if example.id not in search.matches]
        suspected = search_by_meaning(
            rest, rows, search.census, vectors, lambda done, total: tell(done, total, f"{label}, by meaning")
        )
        leaks += [_leak(seen, example_id, match, LeakKind.SUSPECTED) for example_id, match in suspected.matches.items()]
        if suspected.is_repetitive and notes is not None:
            notes.append(
                f"Among the {seen.where} only the closest paraphrases are suspected: the test questions themselves say "
                "the same in other words, so rows that do so prove little."
            )
    order = {example.id: place for place, example in enumerate(examples)}
    return sorted(leaks, key=lambda leak: order[leak.example_id])


def _by_words(
    examples: Sequence[Example], seen: SeenRows, tell: Tell, label: str, *, keeps: bool
) -> tuple[NearSearch, list[SeenRow]]:
    """The search, done, and the rows that are worth a comparison by meaning."""
    search = NearSearch(examples)
    for row in _told(read_seen(seen), tell, label):
        search.count(row)
    keeps_all = keeps and search.census.rows <= MOST_EMBEDDED
    if keeps and not keeps_all:
        search.keep_candidates(max(1, MOST_EMBEDDED // max(1, len(examples))))
    once: dict[tuple[str, str], SeenRow] = {}
    for row in _told(read_seen(seen), tell, label):
        search.look_at(row)
        if keeps_all:
            once.setdefault((row.question, row.answer), row)
    return search, list(once.values()) if keeps_all else search.candidates()


def _told(rows: Iterator[SeenRow], tell: Tell, label: str) -> Iterator[SeenRow]:
    for number, row in enumerate(rows):
        if number % _TELL_EVERY == 0:
            tell(0, 0, label)
        yield row


def _open(open_embedder: Callable[[], Embedder], cache: Path | None) -> tuple[RememberedVectors | None, list[str]]:
    try:
        return RememberedVectors(open_embedder(), cache), []
    except WorkbenchError as problem:
        return None, [f"Paraphrases of test questions were not looked for: {problem}"]


def _leak(seen: SeenRows, example_id: str, match: Match, kind: LeakKind) -> Leak:
    return Leak(
        example_id=example_id,
        arms=seen.arms,
        kind=kind,
        where=seen.where,
        source=seen.kind,
        text=_shortened(match.row.question if seen.kind is SeenKind.TEXT else asked(match.row.question)),
        answer=_shortened(match.row.answer),
        number=match.row.number,
        similarity=match.similarity,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
