"""What does the way through a worker into the window cost one streamed answer, against a bare llama.cpp loop?

A model of 116 million random numbers answers prompts of about 300 tokens. The bare loop decodes and chooses tokens in
a process of its own; the program's answers stream from its warm worker through the jobs into a Qt event loop. Both take
turns, prompt by prompt in pairs of runs; the medians are compared.
"""

import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks._processes import measure
from benchmarks._random_model import write_random_model
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench.jobs.events import Failed, Finished, JobEvent, Produced, is_last_word
from workbench.jobs.spec import JobSpec
from workbench.llm.fit import uses_flash_attention
from workbench.llm.library import describe_gguf
from workbench.llm.llamacpp_engine import physical_cores
from workbench.llm.tasks import GENERATE, GenerateReport, GenerateRequest
from workbench.llm.types import GenerationConfig, GenerationRequest, LoadConfig
from workbench.paths import WorkbenchPaths

ROUNDS, QUICK_ROUNDS = 5, 2
PROMPTS = 2
"""Per round and side."""
TOKENS, QUICK_TOKENS = 128, 64
CONTEXT = 1024


def run(quick: bool) -> Report:
    rounds, tokens = (QUICK_ROUNDS, QUICK_TOKENS) if quick else (ROUNDS, TOKENS)
    with tempfile.TemporaryDirectory() as folder:
        model = write_random_model(Path(folder) / "random.gguf", Path(starter_model().path))
        ours, bare = _take_turns(model, Path(folder) / "home", rounds, tokens)
    rate = statistics.median(r["rate"] for r in ours) / statistics.median(r["rate"] for r in bare)
    first = statistics.median(r["first"] for r in ours) / statistics.median(r["first"] for r in bare)
    measured = {"window": _summary(ours), "bare": _summary(bare), "prompt_tokens": bare[0]["prompt_tokens"]}
    return Report(
        "decode",
        measured,
        (
            Goal("tokens per second, as a share of the bare loop's", rate, ">= 0.95"),
            Goal("time to the first token, times the bare loop's", first, "<= 1.1"),
        ),
    )


def _take_turns(model: Path, home: Path, rounds: int, tokens: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ours: list[dict[str, Any]] = []
    bare: list[dict[str, Any]] = []
    window = _Window(model, home, tokens)
    load = LoadConfig(context_length=CONTEXT)
    flash = uses_flash_attention(describe_gguf(model), load, on_gpu=False)  # the way there is measured, not attention
    try:
        window.answer(_prompt(0))  # loads the model
        for number in range(rounds):
            prompts = [_prompt(1 + number * PROMPTS + n) for n in range(PROMPTS)]
            task = {"model": str(model), "threads": physical_cores(), "context": CONTEXT, "prompts": prompts}
            task |= {"tokens": tokens, "flash": -1 if flash is None else int(flash)}
            bare += measure("_bare_llama", "decode", task)["runs"]
            ours += [window.answer(prompt) for prompt in prompts]
    finally:
        window.close()
    return ours, bare


def _prompt(number: int) -> str:
    """Different from its first word on, so that nothing kept of an earlier one helps."""
    return f"{number * 7919} " + " ".join(f"shelf {at * (number + 3) % 97} holds box {at}" for at in range(30))


def _summary(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {
        "tokens_per_second": round(statistics.median(r["rate"] for r in runs), 2),
        "first_token_seconds": round(statistics.median(r["first"] for r in runs), 4),
    }


class _Window:
    """The program's end: an event loop, the jobs, a warm worker."""

    def __init__(self, model: Path, home: Path, tokens: int) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6.QtWidgets import QApplication

        from workbench.jobs.runner import JobRunner
        from workbench.ui.job_bridge import JobBridge

        self._app = QApplication.instance() or QApplication([])
        paths = WorkbenchPaths(home)
        paths.create()
        self._bridge = JobBridge(JobRunner(paths))
        self._model, self._tokens = describe_gguf(model), tokens
        self._shown: list[float] = []
        self._end: JobEvent | None = None

    def answer(self, prompt: str) -> dict[str, Any]:
        self._shown, self._end = [], None
        request = GenerateRequest(
            model=self._model,
            load=LoadConfig(context_length=CONTEXT),
            requests=(GenerationRequest(prompt=prompt, config=GenerationConfig(max_tokens=self._tokens)),),
        )
        spec = JobSpec(task=GENERATE, params=request.model_dump(mode="json"), title="Answer", worker="llm")
        began = time.perf_counter()
        self._bridge.submit(spec, partial(self._hear))
        self._app.exec()  # as in the program: asleep until there is something to do
        if not isinstance(self._end, Finished):
            raise RuntimeError(self._end.message if isinstance(self._end, Failed) else str(self._end))
        usage = GenerateReport.model_validate(self._end.result).completions[0].usage
        seconds = self._shown[-1] - self._shown[0]
        return {"first": self._shown[0] - began, "rate": (usage.generated_tokens - 1) / seconds}

    def close(self) -> None:
        self._bridge.shutdown()

    def _hear(self, event: JobEvent) -> None:
        if isinstance(event, Produced) and event.kind == "TextProduced":
            self._shown.append(time.perf_counter())
        elif is_last_word(event):
            self._end = event
            self._app.quit()
