"""Our engine alone: `python -m benchmarks._our_engine grid|adapters|stop FILE.json`; prints one JSON object."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.llm.engines import borrowed, close_engines, say_nothing
from workbench.llm.library import describe_gguf
from workbench.llm.types import (
    AdapterRef,
    ChatEngine,
    ChatMessage,
    Completion,
    GenerationConfig,
    GenerationRequest,
    LoadConfig,
    Role,
)


def grid(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds and texts of the whole list as a grid; with `exact` also decoded alone, in two orders."""
    requests = [_request(task, question) for question in task["questions"]]
    with _engine(task) as engine:
        began = time.perf_counter()
        completions = _all(engine, requests)
        found = {
            "seconds": time.perf_counter() - began,
            "texts": [c.text for c in completions],
            "again": [c.text for c in _all(engine, requests)] if task["exact"] else [],
            "prompt_tokens": sum(c.usage.prompt_tokens for c in completions),
            "cached_tokens": sum(c.usage.cached_tokens for c in completions),
            "in_common": max(c.usage.cached_tokens for c in completions),
            "generated_tokens": sum(c.usage.generated_tokens for c in completions),
        }
        if task["exact"]:
            found["exact"] = [c.text for c in _all(engine, requests, exact=True)]
            found["exact_alone"] = [_all(engine, [request], exact=True)[0].text for request in reversed(requests)][::-1]
    return found


def stop(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds from the wish to stop to the last word, in the middle of prompts: of a list, and of one long prompt."""
    requests = [_request(task, question) for question in task["questions"]]
    with _engine(task) as engine:
        _all(engine, requests[:1])
        lists = [_seconds_to_stop(after, lambda stopped: _all(engine, requests, stopped)) for after in task["after"]]
        long = _request(task, " ".join(task["questions"][:3]))
        alone = [_seconds_to_stop(after / 4, lambda stopped: _one(engine, long, stopped)) for after in task["after"]]
    return {"list": lists, "alone": alone}


def _seconds_to_stop(after: float, ask: Callable[[Callable[[], bool]], object]) -> float:
    due = time.perf_counter() + after
    ask(lambda: time.perf_counter() > due)
    return time.perf_counter() - due


def adapters(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds for the same requests in each of the given orders of adapters ("" is the bare base)."""
    refs = {path: AdapterRef(path=path) if path else None for path in {p for order in task["orders"] for p in order}}
    seconds: list[float] = []
    with _engine(task) as engine:
        for path in refs:  # everything is loaded before the clock runs
            _one(engine, _request(task, "warm up").model_copy(update={"adapter": refs[path]}))
        for round_, order in enumerate(task["orders"]):
            began = time.perf_counter()
            for number, path in enumerate(order):
                question = f"{round_}-{number}: {task['questions'][number % len(task['questions'])]}"
                _one(engine, _request(task, question).model_copy(update={"adapter": refs[path]}))
            seconds.append(time.perf_counter() - began)
    return {"seconds": seconds}


def _request(task: dict[str, Any], question: str) -> GenerationRequest:
    system = ChatMessage(role=Role.SYSTEM, content=task["system"])
    return GenerationRequest(
        messages=(system, ChatMessage(role=Role.USER, content=question)),
        config=GenerationConfig(max_tokens=task["tokens"]),
    )


def _engine(task: dict[str, Any]) -> borrowed:
    return borrowed(describe_gguf(Path(task["model"])), LoadConfig(context_length=task["context"]), say_nothing)


def _all(
    engine: ChatEngine, requests: list[GenerationRequest], stopped: Callable[[], bool] = bool, *, exact: bool = False
) -> list[Completion]:
    return engine.complete_all(requests, lambda _: None, stopped, exact=exact)


def _one(engine: ChatEngine, request: GenerationRequest, stopped: Callable[[], bool] = bool) -> Completion:
    return engine.stream(request, lambda _: None, stopped)


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"grid": grid, "adapters": adapters, "stop": stop}[what](task)), flush=True)
    close_engines()


if __name__ == "__main__":
    main()
