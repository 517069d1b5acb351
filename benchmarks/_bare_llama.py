"""llama.cpp without us: `python -m benchmarks._bare_llama decode|rates|loop FILE.json`; prints one JSON object.

* decode: one prompt, then token by token: the shortest loop there is;
* rates: the best prompt and batched decode rates of this machine, with and without flash attention, tokens per second;
* loop: `Llama.create_chat_completion`, one request after the other, as most programs do it.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.llm.llama_native import Weights

BATCH = 512


class Bare:
    """A context and nothing around it."""

    def __init__(
        self, weights: Weights, threads: int, *, cells: int, sequences: int = 1, flash: int = -1, common: bool = False
    ) -> None:
        self.weights = weights
        native = self.native = self.weights.native
        params = native.llama_context_default_params()
        params.n_ctx = cells
        params.n_batch = params.n_ubatch = BATCH
        params.n_seq_max = params.n_outputs_max = sequences
        params.n_threads = params.n_threads_batch = threads
        params.kv_unified, params.flash_attn_type = common, flash
        self.context = native.llama_init_from_model(self.weights.model, params)
        self.memory = native.llama_get_memory(self.context)
        self.batch = native.llama_batch_init(BATCH, 0, 1)

    def free(self) -> None:
        self.native.llama_batch_free(self.batch)
        self.native.llama_free(self.context)

    def decode(self, rows: list[tuple[int, int, int, bool]]) -> None:
        """(token, position, sequence, wants logits) rows in one call."""
        batch = self.batch
        batch.n_tokens = len(rows)
        for i, (token, position, sequence, logits) in enumerate(rows):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.logits[i] = token, position, 1, logits
            batch.seq_id[i][0] = sequence
        status = self.native.llama_decode(self.context, batch)
        assert status == 0, status

    def prompt(self, tokens: list[int], *, position: int = 0, sequence: int = 0) -> float:
        """A prompt into a sequence, as fast as it goes; seconds."""
        began = time.perf_counter()
        for start in range(0, len(tokens), BATCH):
            part = tokens[start : start + BATCH]
            last = start + len(part) == len(tokens)
            at = position + start
            self.decode([(t, at + i, sequence, last and i == len(part) - 1) for i, t in enumerate(part)])
        return time.perf_counter() - began


def decode(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds to the first token and tokens per second after it, for each prompt."""
    weights = Weights(Path(task["model"]), "bare", 0)
    bare = Bare(weights, task["threads"], cells=task["context"], flash=task["flash"])
    native = bare.native
    sampler = native.llama_sampler_chain_init(native.llama_sampler_chain_default_params())
    native.llama_sampler_chain_add(sampler, native.llama_sampler_init_greedy())
    bare.prompt(bare.weights.tokenize("warm up", add_special=True, parse_special=True))
    found = []
    for prompt in task["prompts"]:
        native.llama_memory_clear(bare.memory, False)
        began = time.perf_counter()
        tokens = bare.weights.tokenize(prompt, add_special=True, parse_special=True)
        bare.prompt(tokens)
        index = (len(tokens) - 1) % BATCH
        first = 0.0
        for position in range(len(tokens), len(tokens) + task["tokens"]):
            token = native.llama_sampler_sample(sampler, bare.context, index)
            bare.weights.piece(token)
            first = first or time.perf_counter()
            if position < len(tokens) + task["tokens"] - 1:
                bare.decode([(token, position, 0, True)])
                index = 0
        rate = (task["tokens"] - 1) / (time.perf_counter() - first)
        found.append({"first": first - began, "rate": rate, "prompt_tokens": len(tokens)})
    return {"runs": found}


def rates(task: dict[str, Any]) -> dict[str, Any]:
    """Prompt and decode rates for each way of attention; a cache written by one cannot be read by the other.

    Prompts: the common beginning, and a question behind it, the better of both rates. Decode: the best of several
    numbers of answers at once, each with the common beginning and a question, in one buffer or in several.
    """
    weights = Weights(Path(task["model"]), "bare", 0)
    found: dict[str, dict[str, Any]] = {}
    for name, flash in (("flash", 1), ("without_flash", 0)):
        prompts, decodes = 0.0, dict[str, float]()
        for common in (False, True):
            for count in task["sequences"]:
                prompt, decode_ = _rates_of(weights, task, count, flash, common=common)
                prompts = max(prompts, prompt)
                decodes[f"{count} in {'one buffer' if common else 'several'}"] = round(decode_)
        found[name] = {"prompt": prompts, "decode": max(decodes.values()), "decode_by_answers": decodes}
    return found


def _rates_of(weights: Weights, task: dict[str, Any], count: int, flash: int, *, common: bool) -> tuple[float, float]:
    prefix, question, steps = task["prefix"], task["question"], task["steps"]
    token = weights.tokenize("the", add_special=False, parse_special=False)[0]
    own = question + steps
    cells = prefix + count * own if common else count * ((prefix + own + 255) // 256 * 256)
    bare = Bare(weights, task["threads"], cells=cells, sequences=count, flash=flash, common=common)
    best = prefix / bare.prompt([token] * prefix)
    for other in range(1, count):
        bare.native.llama_memory_seq_cp(bare.memory, 0, other, -1, -1)
    for sequence in range(count):
        best = max(best, question / bare.prompt([token] * question, position=prefix, sequence=sequence))
    began = time.perf_counter()
    for position in range(prefix + question, prefix + own):
        bare.decode([(token, position, sequence, True) for sequence in range(count)])
    rate = count * steps / (time.perf_counter() - began)
    bare.free()
    return best, rate


def loop(task: dict[str, Any]) -> dict[str, Any]:
    """Seconds for all requests, and their texts. Threads wait as they do in any program that sets nothing."""
    os.environ.pop("OMP_WAIT_POLICY", None)
    from llama_cpp import Llama

    model = Llama(
        task["model"], n_ctx=task["context"], n_threads=task["threads"], n_threads_batch=task["threads"],
        n_batch=BATCH, verbose=False,
    )  # fmt: skip
    asked = [[{"role": "system", "content": task["system"]}, {"role": "user", "content": q}] for q in task["questions"]]
    model.create_chat_completion(asked[0], max_tokens=1, temperature=0.0)
    model.reset()
    began = time.perf_counter()
    texts = []
    for messages in asked:
        reply: Any = model.create_chat_completion(messages, max_tokens=task["tokens"], temperature=0.0)
        texts.append(reply["choices"][0]["message"]["content"])
    return {"seconds": time.perf_counter() - began, "texts": texts}


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"decode": decode, "rates": rates, "loop": loop}[what](task)), flush=True)


if __name__ == "__main__":
    main()
