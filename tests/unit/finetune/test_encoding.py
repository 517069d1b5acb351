"""What is learned: the answers' tokens and their end mark, nothing else, in the engine's own tokens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.llm_models import TEMPLATE, write_tiny_gguf
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.batching import IGNORED, build_schedule, collate
from workbench.finetune.encoding import EncodedRow, encode_row, encode_rows
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.types import TrainedTurns
from workbench.llm.types import ChatMessage, Role


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[EngineProbe]:
    with EngineProbe(write_tiny_gguf(tmp_path / "tiny.gguf")) as probe:
        yield probe


def conversation(*texts: str, system: str = "", number: int = 1) -> TrainingRow:
    turns = [ChatMessage(role=(Role.USER, Role.ASSISTANT)[i % 2], content=text) for i, text in enumerate(texts)]
    first = [ChatMessage(role=Role.SYSTEM, content=system)] if system else []
    return TrainingRow(messages=(*first, *turns), number=number)


def parts(row: EncodedRow, probe: EngineProbe) -> tuple[str, str]:
    """The text that is not learned, and the text that is."""
    pieces = [(probe.piece(token).decode(), bool(flag)) for token, flag in zip(row.ids, row.trained, strict=True)]
    return tuple("".join(text for text, flag in pieces if flag is wanted) for wanted in (False, True))  # type: ignore[return-value]


def test_that_only_the_answer_and_its_end_mark_are_learned(probe: EngineProbe) -> None:
    row = encode_row(conversation("Hi there", "Hello", system="Be kind"), probe, TrainedTurns.LAST, 512)
    assert parts(row, probe) == (
        "<|bos|><|system|>Be kind<|end|><|user|>Hi there<|end|><|assistant|>",
        "Hello<|end|>",
    )


def test_that_the_prompts_ids_are_those_that_the_engine_sees(probe: EngineProbe) -> None:
    row = conversation("Hi there", "Hello")
    asked = probe.tokenize(probe.prompt(row.messages[:-1]))
    encoded = encode_row(row, probe, TrainedTurns.LAST, 512)
    assert list(encoded.ids[: len(asked)]) == asked
    assert not any(encoded.trained[: len(asked)])
    assert all(encoded.trained[len(asked) :])


def test_that_only_the_last_answer_is_learned_unless_all_are_asked_for(probe: EngineProbe) -> None:
    row = conversation("one", "first", "two", "second")
    assert parts(encode_row(row, probe, TrainedTurns.LAST, 512), probe)[1] == "second<|end|>"
    assert parts(encode_row(row, probe, TrainedTurns.ALL, 512), probe)[1] == "first<|end|>second<|end|>"


def test_that_text_between_turns_is_kept_and_not_learned(tmp_path: Path) -> None:
    template = TEMPLATE.replace("<|end|>{% endfor %}", "<|end|>\n{% endfor %}")
    with EngineProbe(write_tiny_gguf(tmp_path / "lines.gguf", template=template)) as probe:
        row = conversation("one", "first", "two", "second")
        untrained, trained = parts(encode_row(row, probe, TrainedTurns.ALL, 512), probe)
        assert trained == "first<|end|>second<|end|>"
        assert untrained.count("\n") == 3


def test_that_an_answer_without_an_end_mark_gets_one(tmp_path: Path) -> None:
    with EngineProbe(write_tiny_gguf(tmp_path / "plain.gguf", template=None)) as probe:
        row = encode_row(conversation("Hi", "Hello"), probe, TrainedTurns.LAST, 512)
        assert parts(row, probe)[1] == " Hello<|end|>"


def test_that_a_long_row_is_cut_at_the_front_and_told(probe: EngineProbe) -> None:
    encoded = encode_rows(
        [conversation("x" * 100, "Hello", number=7), conversation("Hi", "Hello", number=8)],
        probe,
        TrainedTurns.LAST,
        40,
    )
    assert len(encoded.rows[0].ids) == 40
    assert parts(encoded.rows[0], probe)[1] == "Hello<|end|>"
    assert encoded.notes[0].rows == (7,)
    assert "40 tokens" in encoded.notes[0].message


def test_that_rows_in_which_nothing_is_learned_are_told_and_a_set_of_them_is_refused(probe: EngineProbe) -> None:
    unanswered = TrainingRow(messages=(ChatMessage(role=Role.USER, content="Hi"),), number=3)
    encoded = encode_rows([unanswered, conversation("Hi", "Hello")], probe, TrainedTurns.LAST, 512)
    assert encoded.notes[0].rows == (3,)
    with pytest.raises(WorkbenchError, match="No token of these rows would be trained"):
        encode_rows([unanswered], probe, TrainedTurns.LAST, 512)


def test_that_a_template_that_rewrites_earlier_turns_is_refused(tmp_path: Path) -> None:
    template = "{{ messages | length }}" + TEMPLATE
    with (
        EngineProbe(write_tiny_gguf(tmp_path / "odd.gguf", template=template)) as probe,
        pytest.raises(WorkbenchError, match="changes earlier turns"),
    ):
        encode_row(conversation("Hi", "Hello"), probe, TrainedTurns.LAST, 512)


def test_that_every_epoch_uses_every_row_once_in_another_order() -> None:
    schedule = build_schedule([5, 9, 3, 7, 8, 2, 6], batch_size=2, accumulation=1, epochs=3, seed=1)
    epochs = [schedule.batches[i : i + 4] for i in range(0, 12, 4)]
    for epoch in epochs:
        assert sorted(index for batch in epoch for index in batch) == list(range(7))
    assert epochs[0] != epochs[1]
    assert schedule == build_schedule([5, 9, 3, 7, 8, 2, 6], batch_size=2, accumulation=1, epochs=3, seed=1)


def test_that_accumulation_never_mixes_epochs() -> None:
    schedule = build_schedule([1] * 5, batch_size=2, accumulation=2, epochs=2, seed=0)
    assert (schedule.steps_per_epoch, schedule.steps, len(schedule.batches)) == (2, 4, 8)
    assert sum(len(batch) for batch in schedule.batches[:4]) == 5


def test_that_padding_and_prompts_carry_no_loss() -> None:
    short = EncodedRow((1, 2, 3), (False, False, True), 1)
    long = EncodedRow((4, 5, 6, 7), (False, True, True, True), 2)
    batch = collate([short, long])
    assert batch["input_ids"].tolist() == [[1, 2, 3, 0], [4, 5, 6, 7]]
    assert batch["labels"].tolist() == [[IGNORED, IGNORED, 3, IGNORED], [IGNORED, 5, 6, 7]]
