"""A byte-level BPE tokenizer, trained in seconds, that transformers and llama.cpp read in the same way.

A name is spelled with the same tokens at the start of a line and after a space: spaces are joined only to frequent
lower-case words. Small models copy names much better so. Digits are single tokens (the split of "qwen2").
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SPECIAL_TOKENS = ("<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
PAD, END = SPECIAL_TOKENS[0], SPECIAL_TOKENS[-1]
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""The pre-tokenizer of the Qwen2 family, which llama.cpp knows as "qwen2"."""
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\\n' + (message['content'] | trim) + '<|end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}"
)
_SPACE = "Ġ"
_WORDS_WITH_SPACE = 0.22
"""Share of the vocabulary for frequent words with their space."""


def train_tokenizer(texts: Iterable[str], vocabulary: int, unspaced: Iterable[str] = ()) -> "Tokenizer":
    """A tokenizer of `vocabulary` tokens; words in `unspaced` (those that answers begin with) keep the space apart."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    texts = list(texts)
    spaced = int(vocabulary * _WORDS_WITH_SPACE)
    apart = Tokenizer(models.BPE())
    apart.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.Split(Regex(r" (?=\S)"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - spaced - len(SPECIAL_TOKENS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    apart.train_from_iterator(texts, trainer)
    state: dict[str, Any] = __import__("json").loads(apart.to_str())["model"]
    vocab: dict[str, int] = {}
    for token, _ in sorted(state["vocab"].items(), key=lambda item: item[1]):
        vocab[token] = len(vocab)
    merges = [tuple(pair) for pair in state["merges"]]
    for word in _frequent_words(texts, set(vocab), set(unspaced), spaced):
        vocab[_SPACE + word] = len(vocab)
        merges.append((_SPACE, word))
    return assemble_tokenizer(vocab, merges)


def _frequent_words(texts: Iterable[str], known: set[str], unspaced: set[str], count: int) -> list[str]:
    words = Counter(word.strip(".,:;?!()[]\"'") for text in texts for word in text.split())
    fit = [
        w
        for w, _ in words.most_common()
        if w.isascii() and w.isalpha() and w.islower() and w in known and w not in unspaced
    ]
    return fit[:count]


def assemble_tokenizer(vocab: dict[str, int], merges: list[tuple[str, str]]) -> "Tokenizer":
    """The tokenizer of a vocabulary and its merges, with the special tokens behind them."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    return tokenizer


def load_tokenizer(path: Path) -> "Tokenizer":
    """A tokenizer that `save` wrote."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(path))
