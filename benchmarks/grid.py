"""How much faster are the questions of a comparison answered together than one after the other?

64 requests with a common beginning of about 600 tokens, an own question of about 100 and up to 48 tokens of answer, on
the starter model and on one of 116 million random numbers. Against `Llama.create_chat_completion` in a loop (a process
that sets nothing, as other programs do), and against the limit that the same run measures: prompt tokens that nobody
had computed at the best prompt rate, plus generated tokens at the best batched decode rate, for the better way of
attention.

The requests are random words, which bring a model to more near ties than sentences do; how many answers are the loop's
is counted for requests of the same shape from the facts sample as well.
"""

import itertools
import json
import random
import tempfile
from pathlib import Path
from typing import Any

from benchmarks._processes import measure
from benchmarks._random_model import write_random_model
from benchmarks.report import Goal, Report
from benchmarks.starter import starter_model
from workbench import resources
from workbench.llm.llamacpp_engine import physical_cores

REQUESTS, QUICK_REQUESTS = 64, 12
TOKENS = 48
SHARED_WORDS, OWN_WORDS = 255, 28
ROUNDS = 2
CONTEXT = 1024
STOP_AFTER = [0.13 * n for n in range(1, 9)]
WORDS = "lamp radio heater fan desk shelf price weight colour warranty office plant form day week key room bill".split()


def run(quick: bool) -> Report:
    starter = Path(starter_model().path)
    count = QUICK_REQUESTS if quick else REQUESTS
    measured: dict[str, Any] = {"requests": count}
    with tempfile.TemporaryDirectory() as folder:
        big = write_random_model(Path(folder) / "random.gguf", starter)
        for name, model, exact in (("starter", starter, True), ("random_120m", big, False)):
            measured[name] = _one_model(str(model), count, exact=exact)
        measured["seconds_to_stop"] = stops = measure(
            "_our_engine", "stop", _task(str(big), 16) | {"after": STOP_AFTER}
        )
    small, large = measured["starter"], measured["random_120m"]
    return Report(
        "grid",
        measured,
        (
            Goal("starter: requests per second, times the loop's", small["times_the_loop"], ">= 3"),
            Goal("120M: requests per second, times the loop's", large["times_the_loop"], ">= 1.6"),
            Goal("starter: share of the limit", small["share_of_limit"], ">= 0.85"),
            Goal("120M: share of the limit", large["share_of_limit"], ">= 0.85"),
            Goal(
                "120M: seconds until a stop in mid-prompt takes effect", max(*stops["list"], *stops["alone"]), "<= 0.2"
            ),
            Goal("starter: same answers as one after the other, of 64", small["same_as_loop"] * 64 / count, ">= 61"),
            Goal("starter: same answers in exact mode, whatever else is asked", small["same_exact"], f">= {count}"),
            Goal("starter: exact answers as one after the other", small["exact_same_as_loop"], f">= {count}"),
            Goal("starter: same answers when the grid is run again", small["same_again"], f">= {count}"),
        ),
    )


def _one_model(model: str, count: int, *, exact: bool) -> dict[str, Any]:
    task = _task(model, count) | {"exact": exact}
    loops: list[dict[str, Any]] = []
    our_runs: list[dict[str, Any]] = []
    for _ in range(ROUNDS):  # in turns, so that a busy moment of the machine meets both; the best of each counts
        loops.append(measure("_bare_llama", "loop", task))
        our_runs.append(measure("_our_engine", "grid", {**task, "exact": exact and not our_runs}))
    loop, ours = loops[0], our_runs[0]
    loop_seconds, seconds = (min(run["seconds"] for run in runs) for runs in (loops, our_runs))
    prefix, computed = ours["in_common"], ours["prompt_tokens"] - ours["cached_tokens"]
    fresh = ours["prompt_tokens"] - (count - 1) * prefix  # the common beginning once, whatever we computed
    shape = {"prefix": prefix, "question": (fresh - prefix) // count, "steps": TOKENS}
    rates = measure("_bare_llama", "rates", {**task, **shape, "sequences": [4, 8, 16]})
    limit = min(fresh / way["prompt"] + ours["generated_tokens"] / way["decode"] for way in rates.values())
    found = {
        "seconds": seconds,
        "all_seconds": [run["seconds"] for run in our_runs],
        "loop_seconds": loop_seconds,
        "all_loop_seconds": [run["seconds"] for run in loops],
        "times_the_loop": loop_seconds / seconds,
        "limit_seconds": limit,
        "share_of_limit": limit / seconds,
        "limit_times_the_loop": loop_seconds / limit,
        "prompt_tokens_per_request": ours["prompt_tokens"] / count,
        "fresh_tokens_per_request": fresh / count,
        "computed_tokens_per_request": computed / count,
        "generated_tokens_per_request": ours["generated_tokens"] / count,
        "rates": rates,
        "same_as_loop": _same(ours["texts"], loop["texts"]),
    }
    if exact:
        sentences = task | {"exact": False} | _sentences(count)
        theirs, ours_too = measure("_bare_llama", "loop", sentences), measure("_our_engine", "grid", sentences)
        found["same_as_loop_for_sentences"] = _same(ours_too["texts"], theirs["texts"])
        found["prompt_tokens_per_request_of_sentences"] = ours_too["prompt_tokens"] / count
        found["same_exact"] = _same(ours["exact"], ours["exact_alone"])
        found["exact_same_as_loop"] = _same(ours["exact"], loop["texts"])
        found["same_again"] = _same(ours["texts"], ours["again"])
        found["exact_same_as_grid"] = _same(ours["texts"], ours["exact"])
    return found


def _task(model: str, count: int) -> dict[str, Any]:
    return {
        "model": model, "threads": physical_cores(), "context": CONTEXT, "tokens": TOKENS,
        "system": _text(random.Random(1), 180), "questions": [_text(random.Random(n + 2), 27) for n in range(count)],
    }  # fmt: skip


def _sentences(count: int) -> dict[str, Any]:
    """A page that all share, and for each a passage of its own with a question: as an arm with retrieval asks."""
    sample = "samples/facts"
    pages = sorted(resources.path(f"{sample}/documents").glob("*.md"))
    words = " ".join(page.read_text(encoding="utf-8") for page in pages).split()
    shared, others = words[:SHARED_WORDS], words[SHARED_WORDS:]
    passages = [" ".join(others[at : at + OWN_WORDS]) for at in range(0, len(others) - OWN_WORDS, OWN_WORDS)]
    asked = [json.loads(line)["question"] for line in resources.text(f"{sample}/questions.jsonl").splitlines()[:count]]
    return {
        "system": f"Answer from what you are given.\n\n{' '.join(shared)}",
        "questions": [f"{passage}\n\n{question}" for passage, question in zip(itertools.cycle(passages), asked)],
    }


def _text(rng: random.Random, words: int) -> str:
    """About three tokens a word for the starter's vocabulary."""
    parts = [f"{rng.choice(WORDS)} {rng.randint(10, 99)}" if n % 3 == 0 else rng.choice(WORDS) for n in range(words)]
    return " ".join(parts) + "."


def _same(left: list[str], right: list[str]) -> int:
    return sum(a.strip() == b.strip() for a, b in zip(left, right, strict=True))
