"""A judge is asked a list of prompts: each once, in blocks made of the list alone, its replies kept as they come."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.compare.answering import Tools
from workbench.compare.budget import Budget
from workbench.compare.judge.score_journal import ScoreJournal, key_of
from workbench.compare.judge.types import ResolvedJudge
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.llm.types import (
    ChatEngine,
    ChatMessage,
    Completion,
    FinishReason,
    GenerationConfig,
    GenerationRequest,
    LoadConfig,
    Role,
)
from workbench.scoring.judge_prompt import reply_grammar, reply_schema
from workbench.scoring.judge_reply import Judgement, read_reply

BLOCK = 32
_CHARACTERS_PER_TOKEN = 16
"""More than any text has on average: what is longer than the context times this never fits, and is not tokenised."""
_ROOM_FOR_FORM = 64
"""Tokens of a reply beyond those of its reason."""
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


@dataclass(slots=True)
class JudgeDesk:
    """The judge of one comparison. Its model is loaded when something has to be asked, once."""

    context: JobContext
    tools: Tools
    journal: ScoreJournal
    judge: ResolvedJudge
    load: LoadConfig
    model_hash: str
    budget: Budget
    _engine: ChatEngine | None = None
    _problem: str = ""
    """Why it is not asked any more."""
    _without_schema: bool = False
    """The server refuses schemas: its replies are read all the same."""

    @property
    def problem(self) -> str:
        """Why the judge could not be asked (any more), in a sentence; empty when it could."""
        return self._problem

    def ask_all(self, prompts: Sequence[str], label: str, *, is_pairwise: bool) -> dict[str, Judgement]:
        """What the judge says to every prompt; where it says nothing that can be read, or there is no time, why."""
        config = self._config(is_pairwise=is_pairwise)
        wanted = list(dict.fromkeys(prompts))
        keys = {prompt: key_of("judge", self.model_hash, prompt, config.model_dump(mode="json")) for prompt in wanted}
        replies: dict[str, Judgement] = {}
        for start in range(0, len(wanted), BLOCK):
            block = wanted[start : start + BLOCK]
            open_ones = [prompt for prompt in block if self.journal.reply(keys[prompt]) is None]

            def tell(done: int, before: int = start + len(block) - len(open_ones)) -> None:
                self.context.progress(before + done, len(wanted), f"{label}: {before + done} of {len(wanted)}")

            tell(0)
            problems = self._ask_block(open_ones, keys, config, tell, is_pairwise=is_pairwise)
            for prompt in block:
                text = self.journal.reply(keys[prompt])
                replies[prompt] = (
                    self._read(text, is_pairwise=is_pairwise)
                    if text is not None
                    else Judgement(problem=problems.get(prompt) or f"The judge could not be asked: {self._problem}")
                )
        return replies

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _ask_block(
        self,
        prompts: Sequence[str],
        keys: dict[str, str],
        config: GenerationConfig,
        tell: Callable[[int], None],
        *,
        is_pairwise: bool,
    ) -> dict[str, str]:
        """Keeps the replies; returns why prompts have none."""
        if prompts and self.budget.is_used_up:
            return dict.fromkeys(prompts, self.budget.used_up_in_words)
        problems = {prompt: too_long for prompt in prompts if (too_long := self._too_long(prompt))}
        asked = [prompt for prompt in prompts if prompt not in problems]
        if not asked or not self._open():
            return problems
        found = self._complete(asked, config, tell)
        if self.judge.model.endpoint is not None and not self._without_schema and all(c.problem for c in found):
            self._without_schema = True
            found = self._complete(asked, self._config(is_pairwise=is_pairwise), tell)
        self.context.check_cancelled()
        for prompt, completion in zip(asked, found, strict=True):
            if completion.problem or completion.finish_reason in (FinishReason.ERROR, FinishReason.CANCELLED):
                problems[prompt] = f"The judge did not answer: {completion.problem or 'it was stopped.'}"
            else:
                self.journal.add_reply(keys[prompt], completion.text)
        if all(prompt in problems for prompt in asked):
            self._problem = found[0].problem or "it was stopped."
        return problems

    def _complete(
        self, prompts: Sequence[str], config: GenerationConfig, tell: Callable[[int], None]
    ) -> list[Completion]:
        assert self._engine is not None
        done = 0

        def on_done(_completion: Completion) -> None:
            nonlocal done
            done += 1
            if not self.context.is_cancelled():
                tell(done)

        requests = [
            GenerationRequest(id=str(number), messages=(ChatMessage(role=Role.USER, content=prompt),), config=config)
            for number, prompt in enumerate(prompts)
        ]
        try:
            return self._engine.complete_all(requests, on_done, self.context.is_cancelled)
        except PART_FAULTS as error:
            failed = Completion(text="", finish_reason=FinishReason.ERROR, problem=str(error) or type(error).__name__)
            return [failed] * len(prompts)

    def _open(self) -> bool:
        """Whether the judge can be asked."""
        if self._engine is None and not self._problem:
            self.context.progress(0, 0, f"Loading the judge {self.judge.model.name}")
            try:
                self._engine = self.tools.open_engine(self.judge.model, self.load)
            except PART_FAULTS as error:
                self._problem = str(error) or type(error).__name__
        return not self._problem

    def _too_long(self, prompt: str) -> str:
        if len(prompt) <= self.load.context_length * _CHARACTERS_PER_TOKEN or self.judge.model.endpoint is not None:
            return ""
        return (
            f"Question, right answers and answer have {len(prompt):,} characters together: more than the judge sees at "
            f"once ({self.load.context_length:,} tokens)."
        )

    def _config(self, *, is_pairwise: bool) -> GenerationConfig:
        """Greedy, and bound to the form of the reply."""
        settings = self.judge.settings
        is_here = self.judge.model.endpoint is None
        return GenerationConfig(
            max_tokens=settings.reason_characters + _ROOM_FOR_FORM,
            temperature=0.0,
            seed=settings.seed,
            grammar=reply_grammar(settings, is_pairwise=is_pairwise) if is_here else "",
            json_schema="" if is_here or self._without_schema else reply_schema(settings, is_pairwise=is_pairwise),
        )

    def _read(self, text: str, *, is_pairwise: bool) -> Judgement:
        return read_reply(_THOUGHTS.sub("", text), self.judge.settings, is_pairwise=is_pairwise)
