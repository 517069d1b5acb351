"""Packing passages into the context."""

from collections.abc import Sequence
from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.llm.too_long import ShortenAnswer, too_long_of
from workbench.llm.types import ChatMessage, Completion, FinishReason
from workbench.rag.answer_types import AskRequest, PassageOrder
from workbench.rag.answering import make_answer
from workbench.rag.grounding import build_messages, describe_prompt
from workbench.rag.search_types import Hit, Question


class WordCounter:
    """A model whose tokens are words."""

    def __init__(self, context_length: int) -> None:
        self.context_length = context_length

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        return sum(len(message.content.split()) for message in messages)

    def count_text_tokens(self, text: str) -> int:
        return len(text.split())


def hit(name: str, words: int) -> Hit:
    return Hit(document=f"{name}.md", page=1, start=0, end=1, score=1.0, text=" ".join([name] * words), title=name)


def build(context: int, *hits: Hit) -> tuple[str, ...]:
    prompt = build_messages(
        "Why?",
        hits,
        WordCounter(context),  # type: ignore[arg-type]
        max_answer_tokens=10,
        system="Answer.",
    )
    return tuple(used.title for used in prompt.used_hits)


def test_that_everything_goes_in_when_it_fits() -> None:
    assert build(100, hit("a", 10), hit("b", 10)) == ("a", "b")


def test_that_a_hit_that_does_not_fit_makes_room_for_a_shorter_one() -> None:
    assert build(40, hit("a", 10), hit("b", 50), hit("c", 5)) == ("a", "c")


def test_that_a_context_too_short_for_one_passage_is_an_error() -> None:
    with pytest.raises(WorkbenchError, match=r"have 35 tokens, and an answer may have 10, but .* sees 20 at once"):
        build(20, hit("a", 30))


def test_that_a_shorter_answer_is_offered_where_that_is_all_it_takes() -> None:
    def build_for(answer_tokens: int) -> tuple[Hit, ...]:
        counter = WordCounter(60)
        hits = [hit("a", 30)]
        prompt = build_messages("Why?", hits, counter, max_answer_tokens=answer_tokens, system="Answer.")  # type: ignore[arg-type]
        return prompt.used_hits

    with pytest.raises(WorkbenchError) as refused:
        build_for(50)
    found = too_long_of(refused.value)
    assert found is not None
    (offer,) = found.offers
    assert isinstance(offer, ShortenAnswer)
    assert len(build_for(offer.max_tokens)) == 1


def test_that_numbers_in_the_prompt_follow_the_used_hits() -> None:
    prompt = build_messages("Why?", [hit("a", 2), hit("b", 2)], WordCounter(100), max_answer_tokens=1)  # type: ignore[arg-type]
    assert prompt.messages[-1].content == "[1] a\na a\n\n[2] b\nb b\n\nQuestion: Why?"


def test_that_the_parts_of_a_prompt_add_up_and_what_was_cut_is_told() -> None:
    model = WordCounter(60)
    hits = [hit("a", 10), hit("b", 50), hit("c", 5)]
    request = AskRequest.model_validate(
        {
            "collection": {"name": "c", "folder": "/c", "embedder": {"name": "e", "path": "/e", "content_hash": "e"}},
            "questions": ({"text": "Why?"},),
            "model": {"name": "m", "path": "/m"},
            "config": {"max_tokens": 10},
            "system": "Answer.",
        }
    )
    order = PassageOrder.BEST_LAST
    prompt = build_messages("Why?", hits, model, max_answer_tokens=10, system="Answer.", order=order)  # type: ignore[arg-type]
    shown = describe_prompt(prompt, model, request, request.questions[0])  # type: ignore[arg-type]
    assert [(part.number, part.document) for part in shown.passages] == [(1, "c.md"), (2, "a.md")]
    assert [(part.number, part.document, part.tokens) for part in shown.left_out] == [(0, "b.md", 52)]
    parts = shown.instruction_tokens + shown.question_tokens + sum(part.tokens for part in shown.passages)
    assert parts == shown.tokens == model.count_tokens(shown.messages)
    assert (shown.context_length, shown.answer_tokens) == (60, 10)


def test_that_tokens_for_passages_that_hold_none_are_named_as_the_limit() -> None:
    model: Any = WordCounter(1000)  # what counts tokens is all that is asked of it
    hits = [hit("a", 30), hit("b", 10)]
    with pytest.raises(WorkbenchError, match=r"No passage fits into the 5 tokens .* the shortest needs 12") as refused:
        build_messages("Why?", hits, model, max_answer_tokens=10, system="Answer.", passage_tokens=5)
    assert too_long_of(refused.value) is None, "a longer context would not help"
    prompt = build_messages("Why?", hits, model, max_answer_tokens=10, system="Answer.", passage_tokens=15)
    answer = make_answer(
        Question(text="Why?"), hits, prompt, Completion(text="Because [1].", finish_reason=FinishReason.STOP)
    )
    assert answer.remark == "1 passage did not fit into the 15 tokens that passages may take."
