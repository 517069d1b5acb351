"""What the model says while it learns: the same prompts, answered greedily, before and after some steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from workbench.datasets.types import TrainingRow
from workbench.finetune.encoding import EncodedRow
from workbench.finetune.types import TrainingConfig, TrainingSample
from workbench.llm.types import ChatMessage, Role

FROM_ROWS = 3
"""So many rows become prompts where nobody wrote any."""
_LEAD_TOKENS = 24
"""Tokens of a held-out block with which the model goes on."""
SHOWN_CHARACTERS = 2000


class SampleModel(Protocol):
    """What this needs of the engine (`EngineProbe`)."""

    def prompt(self, messages: Sequence[ChatMessage]) -> str: ...
    def tokenize(self, text: str, *, at_start: bool = True) -> list[int]: ...
    def piece(self, token: int) -> bytes: ...
    def ends(self, token: int) -> bool: ...


class _Asked(NamedTuple):
    messages: tuple[ChatMessage, ...]
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class SamplePrompt:
    """A prompt as people see it, and as the model gets it."""

    text: str
    ids: tuple[int, ...]
    expected: str = ""


def chat_prompts(config: TrainingConfig, rows: Sequence[TrainingRow], model: SampleModel) -> list[SamplePrompt]:
    """The person's prompts in the chat template, else the first of `rows` without their answers."""
    if not config.samples_every:
        return []
    if config.sample_prompts:
        asked = [_Asked((ChatMessage(role=Role.USER, content=text),), text, "") for text in config.sample_prompts]
    else:
        asked = [_Asked(row.messages[:-1], row.question, row.answer) for row in rows if row.answer][:FROM_ROWS]
    return [
        SamplePrompt(
            text[:SHOWN_CHARACTERS], tuple(model.tokenize(model.prompt(messages))), expected[:SHOWN_CHARACTERS]
        )
        for messages, text, expected in asked
        if messages
    ]


def text_prompts(config: TrainingConfig, blocks: Sequence[EncodedRow], model: SampleModel) -> list[SamplePrompt]:
    """The person's beginnings of a text, else those of the first of `blocks`."""
    if not config.samples_every:
        return []
    if config.sample_prompts:
        return [SamplePrompt(text, tuple(model.tokenize(text))) for text in config.sample_prompts]
    leads = [tuple(block.ids[:_LEAD_TOKENS]) for block in blocks[:FROM_ROWS] if len(block.ids) > _LEAD_TOKENS]
    begin = tuple(model.tokenize(""))  # a mark that people need not read
    shown = [ids[len(begin) :] if ids[: len(begin)] == begin else ids for ids in leads]
    return [SamplePrompt(_text(seen, model), ids) for seen, ids in zip(shown, leads, strict=True)]


@dataclass(frozen=True, slots=True)
class Sampler:
    """Answers the prompts with a model that is being trained."""

    prompts: Sequence[SamplePrompt]
    longest: int
    """Of an answer, in tokens."""
    probe: SampleModel

    def sample(self, model: Any, step: int, tell: Callable[[TrainingSample], None]) -> None:
        """Answer every prompt as the model is after `step`; nothing random is drawn."""
        for number, prompt in enumerate(self.prompts):
            text = _text(greedy(model, prompt.ids, self.longest, self.probe.ends), self.probe)
            tell(TrainingSample(step=step, number=number, prompt=prompt.text, text=text, expected=prompt.expected))


def greedy(model: Any, ids: Sequence[int], longest: int, ends: Callable[[int], bool]) -> list[int]:
    """At most `longest` tokens, each the likeliest, up to the one that ends the answer (left out)."""
    import torch

    was_training = model.training
    model.eval()
    answered: list[int] = []
    past, fed = None, torch.tensor([list(ids)], device=model.device)
    with torch.no_grad():
        while len(answered) < longest:
            out = model(input_ids=fed, past_key_values=past, use_cache=True, logits_to_keep=1)
            token = int(out.logits[0, -1].argmax())
            if ends(token):
                break
            answered.append(token)
            past, fed = out.past_key_values, torch.tensor([[token]], device=model.device)
    model.train(was_training)
    return answered


def _text(ids: Sequence[int], model: SampleModel) -> str:
    return b"".join(model.piece(token) for token in ids).decode("utf-8", "replace")
