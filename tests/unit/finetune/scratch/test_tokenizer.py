"""The tokenizer of a model from scratch: nothing is lost, names and digits look the same everywhere."""

from tests.unit.finetune.scratch.conftest import TEXTS


def test_that_the_tokenizer_gives_back_every_text(tokenizer: object) -> None:
    for text in [*TEXTS[:200], "Grüße, 3 °C\n\n\t\u4e2d\u6587 KX-204", "  two  spaces "]:
        assert tokenizer.decode(tokenizer.encode(text).ids) == text  # type: ignore[attr-defined]


def test_that_a_name_has_the_same_tokens_after_a_space(tokenizer: object) -> None:
    alone = tokenizer.encode("Hollendorf").tokens  # type: ignore[attr-defined]
    assert tokenizer.encode("the Hollendorf").tokens[-len(alone) :] == alone  # type: ignore[attr-defined]


def test_that_digits_are_single_tokens(tokenizer: object) -> None:
    assert tokenizer.encode("2048").tokens == list("2048")  # type: ignore[attr-defined]
