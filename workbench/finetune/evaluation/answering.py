"""Both sides answer the same questions in one loaded base: bare, then with the adapter, each answer with its proof.

In blocks whose composition follows from the questions alone: a batch that is made again gives the same texts, and what
an interrupted evaluation has done is taken over block by block.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.types import AskedQuestion, GivenAnswer, Side
from workbench.jobs.journal_file import append_record, read_records
from workbench.llm.types import AdapterRef, ChatEngine, Completion, FinishReason, GenerationConfig, GenerationRequest

BLOCK = 32
_ROOM = 32
"""Tokens beside twice the longest right answer: what a model that answers in its own words may take."""
_SHORTEST = 64
ANSWERS = "answers.jsonl"

OnAnswer = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Asking:
    """How the questions are put."""

    engine: ChatEngine
    adapter: AdapterRef
    adapter_hash: str
    max_tokens: int
    is_cancelled: Callable[[], bool]
    check_cancelled: Callable[[], None]
    on_answer: OnAnswer


class AnswerJournal:
    """What was answered so far, in the evaluation's folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / ANSWERS
        self._known = {(a.side, a.question_id): a for a in read_records(self._path, GivenAnswer) if not a.problem}

    def find(self, side: Side, questions: Sequence[AskedQuestion]) -> list[GivenAnswer] | None:
        """All answers to a block, or None when one is missing: the block is then made again as a whole."""
        found = [self._known.get((side, question.id)) for question in questions]
        return [answer for answer in found if answer is not None] if all(found) else None

    def add(self, answer: GivenAnswer) -> None:
        append_record(self._path, answer)


def answer_all(
    asking: Asking, journal: AnswerJournal, questions: Sequence[AskedQuestion], side: Side
) -> dict[str, GivenAnswer]:
    """Answers of one side by question. Raises WorkbenchError when an answer came from the other side."""
    answers: dict[str, GivenAnswer] = {}
    for block in _blocks(questions):
        known = journal.find(side, block)
        for answer in known if known is not None else _answer_block(asking, journal, block, side):
            prove(answer, asking.adapter_hash)
            answers[answer.question_id] = answer
            asking.on_answer()
    return answers


def prove(answer: GivenAnswer, adapter_hash: str) -> None:
    """The base answered without any adapter, the tuned side with exactly this one: else nothing is compared."""
    wanted = adapter_hash if answer.side is Side.TUNED else ""
    if not answer.problem and answer.adapter_hash != wanted:
        raise WorkbenchError(
            "The answers before and after did not come from the right models, so nothing is compared.",
            hint="Evaluate again; if it stays, please report it.",
            details=f"{answer.side}: expected adapter {wanted or 'none'}, used {answer.adapter_hash or 'none'}",
            code="wrong_side",
        )


def answer_tokens(engine: ChatEngine, questions: Sequence[AskedQuestion], most: int) -> int:
    """How long an answer may be, in tokens: the same for both sides and all questions of a set."""
    longest = max((engine.count_text_tokens(text) for q in questions for text in q.references), default=0)
    return min(most, max(_SHORTEST, 2 * longest + _ROOM))


def _answer_block(
    asking: Asking, journal: AnswerJournal, block: Sequence[AskedQuestion], side: Side
) -> list[GivenAnswer]:
    config = GenerationConfig(max_tokens=asking.max_tokens, temperature=0.0)
    adapter = asking.adapter if side is Side.TUNED else None
    requests = [GenerationRequest(id=q.id, messages=q.messages, config=config, adapter=adapter) for q in block]
    completions = asking.engine.complete_all(requests, lambda completion: None, asking.is_cancelled)
    asking.check_cancelled()
    answers = [_answer(completion, side) for completion in completions]
    for answer in answers:
        journal.add(answer)
    return answers


def _answer(completion: Completion, side: Side) -> GivenAnswer:
    failed = completion.finish_reason is FinishReason.ERROR
    return GivenAnswer(
        side=side,
        question_id=completion.id,
        text=completion.text,
        adapter_hash=completion.adapter_hash,
        is_cut=completion.finish_reason is FinishReason.LENGTH,
        problem=completion.problem if failed else "",
    )


def _blocks(questions: Sequence[AskedQuestion]) -> Iterator[Sequence[AskedQuestion]]:
    for start in range(0, len(questions), BLOCK):
        yield questions[start : start + BLOCK]
