"""Does an exported file answer like the trained model? Its template, its end marks, its numbers, its answers.

Each step names its own cause, so that a mismatch says what is wrong with the file and not only that something is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.datasets.rows_file import read_rows
from workbench.datasets.splits import split_rows
from workbench.errors import WorkbenchError
from workbench.finetune.base_model import transformers_logits
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.evaluation.abilities import judge
from workbench.finetune.types import Adapter, AnswerProof, Verification
from workbench.llm.types import (
    AdapterRef,
    ChatEngine,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    Role,
)
from workbench.scoring.metric_choice import metrics_for
from workbench.scoring.types import MetricChoice

PROMPTS = 12
_CLEAR = 0.05
"""Two logits that are closer than this are a matter of rounding: either choice is the trained model's."""
_LEAST_SAME = 0.5
"""Share of tokens below which an export that lost no precision is refused. The logits are judged strictly before; here
one choice between two likely tokens may send the rest of an answer another way. A wrong file shares about none."""
_SHORTEST, _LONGEST = 24, 160
_GENERAL = (
    "Where can I find the answer to this question?",
    "Write two sentences about the sea, one about the wind, and then stop.",
    "Count from one to seven.",
)


@dataclass(frozen=True, slots=True)
class TestPrompt:
    """A conversation to be answered, and the right answer where there is one."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    messages: tuple[ChatMessage, ...]
    reference: str = ""


@dataclass(frozen=True, slots=True)
class TestPrompts:
    """What the exported file is asked."""

    __test__ = False

    prompts: tuple[TestPrompt, ...]
    held_out: bool = False
    metric: MetricChoice | None = None

    @property
    def longest(self) -> int:
        return max((len(prompt.reference) for prompt in self.prompts), default=0)


def choose_prompts(adapter: Adapter, rows_path: str) -> TestPrompts:
    """Held-out rows; trained ones where none were held out; general prompts where the rows are gone."""
    path = Path(rows_path)
    rows = read_rows(path) if rows_path and path.is_file() else []
    split = split_rows(rows, adapter.config.validation_share, adapter.config.seed)
    usable = [row for row in split.validation or split.training if row.answer.strip() and row.question.strip()]
    if not usable:
        said = [(ChatMessage(role=Role.USER, content=text),) for text in _GENERAL]
        return TestPrompts(tuple(TestPrompt(messages) for messages in said))
    step = max(1, len(usable) // PROMPTS)
    chosen = tuple(TestPrompt(row.messages[:-1], row.answer) for row in usable[::step][:PROMPTS])
    return TestPrompts(chosen, bool(split.validation), metrics_for([prompt.reference for prompt in chosen])[0])


def check_marks(base: EngineProbe, exported: EngineProbe, prompts: TestPrompts) -> None:
    """Template, tokens and end marks are the base's. Raises WorkbenchError naming what is not."""
    for prompt in prompts.prompts:
        before, after = base.prompt(prompt.messages), exported.prompt(prompt.messages)
        if before != after:
            raise differs("template", "its chat template writes another prompt", f"{before!r}\n\n{after!r}")
        if base.tokenize(before) != exported.tokenize(after):
            raise differs("tokenizer", "its tokenizer cuts the prompt in another way", before)
    ending = [token for token in range(base.vocabulary_size) if base.ends(token) != exported.ends(token)]
    if ending or base.end_token != exported.end_token:
        names = [base.piece(token).decode("utf-8", "replace") for token in ending[:5]]
        raise differs("end token", "its answers end at other tokens", ", ".join(names) or "the end token")


def differs(cause: str, what: str, details: str = "") -> WorkbenchError:
    """The error of an export that does not answer like the trained model."""
    return WorkbenchError(
        f"The exported file does not answer like the trained adapter: {what}. It was not kept.",
        hint="Please report this with the details.",
        details=details,
        code="export_differs",
        facts={"cause": cause},
    )


def too_much_lost(kind: str, found: Verification) -> WorkbenchError:
    """The quantisation changed more than is accepted for its kind."""
    loss, allowed = found.rms_difference / max(found.effect, 1e-9), found.tolerance / max(found.effect, 1e-9)
    return WorkbenchError(
        f"{kind} loses too much of this model: its numbers are off by {loss:.0%} of what the adapter changed, and "
        f"{allowed:.0%} is accepted. It was not kept.",
        hint="Choose a larger one: Q8_0 loses hardly anything, F16 nothing.",
        details=found.model_dump_json(indent=1),
        code="export_differs",
        facts={"cause": "quantisation", "loss": loss, "allowed": allowed},
    )


@dataclass(slots=True)
class AnswerChecker:
    """Has the exported file answer the prompts and holds every token against the trained model."""

    model: Any
    """The PEFT model."""
    probe: EngineProbe
    """Of the base: its tokens are the exported file's, as `check_marks` proved."""
    prompts: TestPrompts
    is_cancelled: Callable[[], bool]
    on_answer: Callable[[int], None]

    def check(self, engine: ChatEngine, adapter: AdapterRef | None, *, is_exact: bool) -> AnswerProof:
        """`adapter`: the exported one, on its base. Raises WorkbenchError when an exact export answers otherwise."""
        answers = self._answers(engine, adapter)
        same, tokens, right, trained = 0, 0, 0, []
        for place, (prompt, answer) in enumerate(zip(self.prompts.prompts, answers, strict=True)):
            self.on_answer(place)
            found = self._hold_against(prompt, answer)
            same += found.is_same
            tokens += found.tokens
            right += found.right
            trained.append(found.trained_text)
        share = right / tokens if tokens else 1.0
        if is_exact and share < _LEAST_SAME:
            shown = "\n".join(f"{a.text!r} / {t!r}" for a, t in zip(answers, trained, strict=True))
            raise differs("tensor", f"only {share:.0%} of its tokens are the trained model's", shown)
        return AnswerProof(
            prompts=len(answers),
            held_out=self.prompts.held_out,
            same_answers=same,
            tokens=tokens,
            same_tokens=share,
            metric=self.prompts.metric.name if self.prompts.metric else "",
            score=self._score([answer.text for answer in answers]),
            trained_score=self._score(trained),
        )

    def _answers(self, engine: ChatEngine, adapter: AdapterRef | None) -> list[Completion]:
        longest = max((engine.count_text_tokens(prompt.reference) for prompt in self.prompts.prompts), default=0)
        config = GenerationConfig(max_tokens=min(_LONGEST, max(_SHORTEST, longest + 16)), temperature=0.0)
        requests = [
            GenerationRequest(id=str(place), messages=prompt.messages, config=config, adapter=adapter)
            for place, prompt in enumerate(self.prompts.prompts)
        ]
        answers = engine.complete_all(requests, lambda completion: None, self.is_cancelled, exact=True)
        for answer in answers:
            if answer.finish_reason is FinishReason.ERROR:
                raise differs("engine", "llama.cpp cannot answer with it", answer.problem)
        return answers

    def _hold_against(self, prompt: TestPrompt, answer: Completion) -> "_Held":
        """Each token of the answer against the trained model's choice at that place.

        The engine gives texts. Most are cut into the very tokens that were chosen, and one pass over them is enough;
        where that finds a difference, the trained model answers for itself and the texts are compared.
        """
        start = self.probe.tokenize(self.probe.prompt(prompt.messages))
        said = self.probe.tokenize(answer.text, at_start=False) if answer.text else []
        logits = transformers_logits(self.model, [*start, *said])[len(start) - 1 :]
        right = [self._is_choice(row, token) for row, token in zip(logits, said, strict=False)]
        ends = answer.finish_reason is not FinishReason.STOP or self._would_end(logits[-1])
        if all(right) and ends:
            return _Held(True, len(said) + 1, len(said) + 1, answer.text)
        own = self._trained_answer(start, answer.usage.generated_tokens or len(said) + 1)
        text = self._text(own)
        if _whole(text) == _whole(answer.text):
            return _Held(True, len(own) + 1, len(own) + 1, answer.text)
        alike = next((n for n in range(len(own), 0, -1) if answer.text.startswith(_whole(self._text(own[:n])))), 0)
        tokens = max(len(said), len(own)) + 1
        return _Held(False, tokens, max(alike, sum(right) + ends), text)

    def _is_choice(self, row: Any, token: int) -> bool:
        return bool(token < len(row) and row[token] >= row.max() - _CLEAR)

    def _would_end(self, row: Any) -> bool:
        import numpy as np

        near = np.flatnonzero(row >= row.max() - _CLEAR)
        return any(self.probe.ends(int(token)) for token in near)

    def _trained_answer(self, start: Sequence[int], most: int) -> list[int]:
        """The tokens that the trained model answers with, always the likeliest."""
        import torch

        answer: list[int] = []
        with torch.no_grad():
            seen = self.model(input_ids=torch.tensor([list(start)], device=self.model.device), use_cache=True)
            while len(answer) < most:
                token = int(seen.logits[0, -1].argmax())
                if self.probe.ends(token):
                    break
                answer.append(token)
                following = torch.tensor([[token]], device=self.model.device)
                seen = self.model(input_ids=following, past_key_values=seen.past_key_values, use_cache=True)
        return answer

    def _text(self, tokens: Sequence[int]) -> str:
        return b"".join(self.probe.piece(token) for token in tokens).decode("utf-8", "replace")

    def _score(self, texts: Sequence[str]) -> float | None:
        if self.prompts.metric is None:
            return None
        judged = [
            judge(text, (prompt.reference,), self.prompts.metric).value
            for text, prompt in zip(texts, self.prompts.prompts, strict=True)
        ]
        values = [value for value in judged if value is not None]
        return sum(values) / len(values) if values else None


def _whole(text: str) -> str:
    """Without a character that is cut at the end, of which only some bytes were said."""
    return text.rstrip("\ufffd")


@dataclass(frozen=True, slots=True)
class _Held:
    """One answer, held against the trained model."""

    is_same: bool
    tokens: int
    """With the end, which is a choice too."""
    right: int
    trained_text: str
