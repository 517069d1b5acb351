"""Questions seen before the test: found in any dress, and not imagined."""

import itertools
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.unit.compare.scripted import arm
from workbench import resources
from workbench.compare.leak_types import Leak, LeakKind
from workbench.compare.leaks import find_leaks, near, search_place
from workbench.compare.leaks.meaning import MOST_EMBEDDED
from workbench.compare.leaks.near import Asked, Census
from workbench.compare.leaks.vectors import RememberedVectors
from workbench.compare.leaks.words import Agreement, compare_answers, names_in
from workbench.compare.seen import SeenKind, SeenLayout, SeenRow, SeenRows
from workbench.compare.types import CompareRequest
from workbench.datasets.questions import read_questions
from workbench.datasets.rows_file import write_rows
from workbench.datasets.types import Example, TrainingRow
from workbench.llm.types import ChatMessage, Role
from workbench.playground.few_shot import read_shots
from workbench.playground.types import FewShot, Prompt, Shot
from workbench.scoring.types import MetricChoice

Vectors = npt.NDArray[np.float32]
QUESTION = "How long is the warranty of the Alder kettle after a repair?"
NEIGHBOURS = [
    "How long is the warranty of the Maple blender after a repair?",
    "What is the weight of the Alder kettle?",
    "How long does a repair of the Elm coffee grinder take?",
] * 5


def place(*rows: str | tuple[str, str]) -> SeenRows:
    made = [SeenRow(question=row) if isinstance(row, str) else SeenRow(question=row[0], answer=row[1]) for row in rows]
    return SeenRows(kind=SeenKind.TRAINING, where="rows", arms=("arm",), rows=tuple(made))


def kinds(question: str, rows: list[str], *answers: str) -> list[LeakKind]:
    example = Example(id="q", question=question, answers=answers or ("6 months",))
    return [leak.kind for leak in search_place([example], place(*rows))]


class MeaningEmbedder:
    """Texts that share a word of `alike` mean the same; all others are far apart."""

    max_tokens, dimension, content_hash = 256, 8, "meaning"

    def __init__(self, *alike: str) -> None:
        self.alike, self.embedded = alike, list[str]()

    def embed_documents(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        self.embedded += texts
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for place, text in enumerate(texts):
            meaning = next((n for n, word in enumerate(self.alike) if word in text), None)
            rows[place, (len(text) + hash(text)) % 4 if meaning is None else 4 + meaning] = 1.0
        return rows

    def embed_query(self, text: str) -> Vectors:
        vector: Vectors = self.embed_documents([text])[0]
        return vector

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def suspects(example: Example, *rows: str | tuple[str, str], alike: str) -> list[LeakKind]:
    vectors = RememberedVectors(MeaningEmbedder(alike), None)
    return [leak.kind for leak in search_place([example], place(*rows), vectors)]


# -- by words ---------------------------------------------------------------------------------------------------------


def test_that_case_spaces_and_punctuation_do_not_hide_a_leak() -> None:
    dressed = "how LONG is the  warranty, of the Alder-kettle (after a repair)"
    assert kinds(QUESTION, [*NEIGHBOURS, dressed]) == [LeakKind.EXACT]


def test_that_a_reordered_question_is_nearly_the_same() -> None:
    reordered = "After a repair, how long is the Alder kettle's warranty?"
    assert kinds(QUESTION, [*NEIGHBOURS, reordered]) == [LeakKind.NEAR]


def test_that_typing_mistakes_do_not_hide_a_leak() -> None:
    assert kinds(QUESTION, [*NEIGHBOURS, "How long is the waranty of the Alder ketle after a repair?"]) == [
        LeakKind.NEAR
    ]


def test_that_a_question_of_the_same_pattern_is_no_leak() -> None:
    assert kinds(QUESTION, NEIGHBOURS) == []


@pytest.mark.parametrize(
    "other",
    [
        "How long is the warranty of the Alder toaster after a repair?",
        "How long is the warranty of the Alder kettle after 2 repairs?",
        "How long is the warranty of the Ostrick kettle after a repair?",
    ],
)
def test_that_another_thing_number_or_name_is_another_question(other: str) -> None:
    assert kinds(QUESTION, [*NEIGHBOURS, other]) == []


def test_that_a_near_question_with_another_answer_is_no_leak() -> None:
    example = Example(id="q", question=QUESTION, answers=("6 months",))
    near = "How long, after a repair, is the warranty of the Alder kettles?"
    rows = [(near, "half a year")], [(near, "The warranty is six months.")]
    assert [[leak.kind for leak in search_place([example], place(*NEIGHBOURS, *row))] for row in rows] == [
        [],
        [LeakKind.NEAR],
    ]


def test_that_the_same_question_is_a_leak_whatever_was_answered() -> None:
    example = Example(id="q", question=QUESTION, answers=("6 months",))
    assert [leak.kind for leak in search_place([example], place((QUESTION, "no idea")))] == [LeakKind.EXACT]


def test_that_the_question_of_a_row_with_passages_is_found() -> None:
    row = f"[1] Warranty\nTwo years.\n\nQuestion: {QUESTION}"
    (leak,) = search_place([Example(id="q", question=QUESTION)], place(*NEIGHBOURS, row))
    assert (leak.kind, leak.text) == (LeakKind.EXACT, QUESTION)


def test_that_short_questions_are_compared_exactly_only() -> None:
    assert kinds("Why not?", ["why NOT", "why so"]) == [LeakKind.EXACT]
    assert kinds("Why not?", ["not why"]) == []


def test_that_the_samples_do_not_leak_and_planted_questions_are_found() -> None:
    """The shipped training rows are of the patterns of the shipped questions: the hardest case for false alarms."""
    for sample in ("facts", "format"):
        folder = resources.path(f"samples/{sample}")
        examples = read_questions(folder / "questions.jsonl").examples
        rows = [(shot.question, shot.answer) for shot in read_shots(folder / "training.csv")]
        assert search_place(examples, place(*rows)) == []
        planted = [example.question.upper() for example in examples[:20]]
        found = search_place(examples, place(*rows, *planted))
        assert {leak.example_id for leak in found} == {example.id for example in examples[:20]}


def test_that_of_thousands_of_rows_only_those_with_rare_words_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = itertools.count()
    likeness = near.likeness

    def counted(first: Asked, second: Asked, census: Census, whole: float) -> float:
        next(compared)
        return likeness(first, second, census, whole)

    monkeypatch.setattr(near, "likeness", counted)
    chance = random.Random(1)
    words = [f"word{number}" for number in range(3000)]
    rows = [" ".join(chance.choices(words, k=12)) for _ in range(5000)]
    examples = [Example(id=str(n), question=" ".join(chance.choices(words, k=12)), answers=("x",)) for n in range(300)]
    shuffled = rows[42].split()
    chance.shuffle(shuffled)
    planted = Example(id="planted", question=" ".join(shuffled), answers=("x",))
    found = search_place([*examples, planted], place(*rows))
    assert [leak.example_id for leak in found] == ["planted"]
    assert next(compared) < len(rows) * len(examples) / 10


# -- answers and names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "given", "agreement"),
    [
        ("54 euros", "It costs 54 euros.", Agreement.SAME),
        ("three years", "3 years", Agreement.SAME),
        ("3 years", "5 years", Agreement.OTHER),
        ("54 euros", "", Agreement.UNKNOWN),
        ("54 euros", "The documents do not say.", Agreement.OTHER),
        ("", "The documents do not say.", Agreement.SAME),
        ("", "54 euros", Agreement.OTHER),
    ],
)
def test_that_answers_are_compared_by_what_they_say(right: str, given: str, agreement: Agreement) -> None:
    assert compare_answers(Example(id="q", question="?", answers=(right,) if right else ()), given) is agreement


def test_that_names_are_capitals_within_a_sentence() -> None:
    assert names_in("Where is the Elm grinder made? Ostrick or Karsby?") == {"elm", "karsby"}
    assert names_in("WHERE IS THE ELM GRINDER MADE?") == set()


# -- by meaning -------------------------------------------------------------------------------------------------------

EXAMPLE = Example(id="q", question=QUESTION, answers=("6 months",))
SAID_ELSE = "Once mended, for what time does Alder vouch for this kettle?"


def test_that_a_paraphrase_with_the_same_answer_is_suspected() -> None:
    assert suspects(EXAMPLE, *NEIGHBOURS, (SAID_ELSE, "6 months"), alike="Alder") == [LeakKind.SUSPECTED]


def test_that_a_paraphrase_with_another_answer_or_name_is_not_suspected() -> None:
    assert suspects(EXAMPLE, *NEIGHBOURS[::3], (SAID_ELSE, "two years"), alike="ker") == []
    other = SAID_ELSE.replace("Alder", "Ostrick")
    assert suspects(EXAMPLE, (other, "6 months"), alike="kettle") == []


def test_that_where_test_questions_repeat_each_other_paraphrases_prove_little() -> None:
    """As many say "wait" and "late" with one label as there are rows that do."""
    words = ["".join(chr(97 + int(sign)) for sign in f"{n:02}") for n in range(60)]
    texts = [f"{'I wait for' if n % 2 else 'It is late with'} parcel {word}" for n, word in enumerate(words)]
    examples = [Example(id=str(n), question=text, answers=("delivery",)) for n, text in enumerate(texts)]
    rows = [(f"Why so slow, {word}?", "delivery") for word in words[:8]]
    notes: list[str] = []
    vectors = RememberedVectors(MeaningEmbedder(" "), None)
    assert search_place(examples, place(*rows), vectors, notes=notes) == []
    assert "prove little" in notes[0]


def test_that_another_thing_in_the_same_pattern_is_not_suspected() -> None:
    example = Example(id="q", question="What is the price of our red tent?", answers=("54 euros",))
    vectors = RememberedVectors(MeaningEmbedder("price", "tent", "boat"), None)
    other = ("What is the price of our red boat?", "54 euros")
    assert search_place([example], place(other), vectors) == []


def test_that_without_an_embedder_it_is_said_that_paraphrases_were_not_looked_for() -> None:
    def missing() -> MeaningEmbedder:
        from workbench.errors import WorkbenchError

        raise WorkbenchError("The starter embedder is not installed.")

    request = request_with(EXAMPLE, shots=(Shot(question=QUESTION, answer="6 months"),))
    report = find_leaks(request, missing)
    assert [leak.kind for leak in report.leaks] == [LeakKind.EXACT]
    assert "not looked for" in report.notes[0]


def test_that_vectors_are_remembered_by_their_text(tmp_path: Path) -> None:
    first, second = MeaningEmbedder("b"), MeaningEmbedder("b")
    folder = tmp_path / "vectors"
    made = RememberedVectors(first, folder).of(["a", "b", "a"])
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes() + b"half")
    again = RememberedVectors(second, folder).of(["a", "b", "a"])
    assert (sorted(first.embedded), second.embedded) == (["a", "b"], [])
    assert np.array_equal(made, again)
    RememberedVectors(second, folder).of(["c"])  # the damaged file is begun anew
    assert RememberedVectors(MeaningEmbedder("b"), folder).of(["c"]).shape == (1, 8)


def test_that_of_many_rows_only_those_that_share_rare_words_are_embedded(tmp_path: Path) -> None:
    rows = [TrainingRow(messages=(user(f"Row {n} of a large file speaks of thing{n}."),)) for n in range(MOST_EMBEDDED)]
    rows += [TrainingRow(messages=(user(SAID_ELSE), user("And?"), ChatMessage(role=Role.ASSISTANT, content="x")))]
    path, digest = write_rows([*rows, row_of(SAID_ELSE, "6 months")], tmp_path)
    embedder = MeaningEmbedder("Alder")
    seen = SeenRows(kind=SeenKind.TRAINING, where="rows", arms=("a",), path=str(path), content_hash=digest)
    found = search_place([EXAMPLE], seen, RememberedVectors(embedder, None))
    assert [(leak.kind, leak.answer) for leak in found] == [(LeakKind.SUSPECTED, "6 months")]
    assert len(embedder.embedded) < 100


# -- places -----------------------------------------------------------------------------------------------------------


def user(text: str) -> ChatMessage:
    return ChatMessage(role=Role.USER, content=text)


def row_of(question: str, answer: str) -> TrainingRow:
    return TrainingRow(messages=(user(question), ChatMessage(role=Role.ASSISTANT, content=answer)))


def request_with(*examples: Example, seen: tuple[SeenRows, ...] = (), **more: Any) -> CompareRequest:
    return CompareRequest(
        name="c", examples=examples, metrics=(MetricChoice(name="exact_match"),), arms=(arm("a", **more),), seen=seen
    )


def leaks_of(request: CompareRequest) -> list[tuple[LeakKind, SeenKind, int]]:
    return [(leak.kind, leak.source, leak.number) for leak in find_leaks(request).leaks]


def test_that_few_shot_examples_of_an_arm_and_of_its_saved_prompt_are_searched() -> None:
    shot = Shot(question=QUESTION.lower(), answer="6 months")
    assert leaks_of(request_with(EXAMPLE, shots=(shot,))) == [(LeakKind.EXACT, SeenKind.SHOTS, 1)]
    prompt = Prompt(few_shot=FewShot(shots=(Shot(question="Else?", answer="x"), shot)))
    assert leaks_of(request_with(EXAMPLE, prompt=prompt)) == [(LeakKind.EXACT, SeenKind.SHOTS, 2)]


def test_that_every_turn_of_a_training_conversation_was_seen(tmp_path: Path) -> None:
    answer = ChatMessage(role=Role.ASSISTANT, content="6 months")
    talk = TrainingRow(messages=(user(QUESTION), answer, user("Thanks!"), answer), number=7)
    path, digest = write_rows([row_of("Else?", "x"), talk], tmp_path)
    seen = SeenRows(kind=SeenKind.TRAINING, where="rows", arms=("a",), path=str(path), content_hash=digest)
    (leak,) = find_leaks(request_with(EXAMPLE, seen=(seen,))).leaks
    assert (leak.kind, leak.number, leak.text, leak.answer) == (LeakKind.EXACT, 7, QUESTION, "6 months")


def test_that_raw_text_is_suspected_where_it_holds_question_and_answer(tmp_path: Path) -> None:
    def found(text: str) -> list[Leak]:
        path, digest = write_rows(
            [TrainingRow(messages=(user("Nothing."),)), TrainingRow(messages=(user(text),))], tmp_path
        )
        seen = SeenRows(kind=SeenKind.TEXT, where="text", arms=("a",), path=str(path), content_hash=digest)
        return list(find_leaks(request_with(EXAMPLE, seen=(seen,))).leaks)

    (leak,) = found(f"FAQ. How long it is. {QUESTION} - 6 months, we say.")
    assert (leak.kind, leak.number) == (LeakKind.SUSPECTED, 2)
    assert leak.text.startswith("How long is the warranty")
    assert found(f"FAQ. {QUESTION} - Ask the shop.") == []
    assert found("The warranty of the Alder kettle after a repair is 6 months.") == []


def test_that_questions_of_a_prompt_search_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(EXAMPLE.model_dump_json() + "\n", encoding="utf-8")
    seen = SeenRows(
        kind=SeenKind.PROMPT_SEARCH, where="search", arms=("a",), path=str(path), layout=SeenLayout.EXAMPLES
    )
    assert leaks_of(request_with(EXAMPLE, seen=(seen,))) == [(LeakKind.EXACT, SeenKind.PROMPT_SEARCH, 1)]


def test_that_rows_that_are_gone_or_changed_are_said(tmp_path: Path) -> None:
    path, _ = write_rows([row_of(QUESTION, "6 months")], tmp_path)
    changed = SeenRows(
        kind=SeenKind.TRAINING, where="training rows of x", arms=("a",), path=str(path), content_hash="0"
    )
    gone = changed.model_copy(update={"path": str(tmp_path / "gone.jsonl")})
    report = find_leaks(request_with(EXAMPLE, seen=(changed, gone)))
    assert report.leaks == ()
    assert all("training rows of x could not be searched" in note for note in report.notes)
    assert len(report.notes) == 2
