"""One training alone: `python -m benchmarks._trainings ours|trl FILE.json`; prints one JSON object."""

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.datasets.mapping import guess_mapping, map_rows
from workbench.datasets.readers import read_table
from workbench.finetune.base_model import BaseFiles, load_base
from workbench.finetune.batching import build_schedule
from workbench.finetune.encoding import EncodedRow, encode_rows
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.exact_trainer import uses_bf16
from workbench.finetune.loss import mean_loss
from workbench.finetune.step_watch import Control, TrainingJob
from workbench.finetune.training import add_lora, train
from workbench.finetune.types import TrainedTurns, TrainingConfig

LONGEST = 512


def _config(task: dict[str, Any]) -> TrainingConfig:
    return TrainingConfig(
        epochs=1, batch_size=task["batch"], learning_rate=1e-3, rank=16, alpha=32.0, checkpoint_seconds=86400
    )


def _rows(task: dict[str, Any]) -> tuple[tuple[EncodedRow, ...], tuple[EncodedRow, ...]]:
    """Encoded rows to train, and rows that are held out."""
    table = read_table(Path(task["data"]))
    rows = map_rows(table, guess_mapping(table)).rows
    with EngineProbe(Path(task["base"]), task["threads"]) as probe:
        encoded = encode_rows(rows, probe, TrainedTurns.LAST, LONGEST).rows
    return encoded[: task["rows"]], encoded[-task["held_out"] :]


def ours(task: dict[str, Any]) -> dict[str, Any]:
    """The program's own loop, from a loaded base to the last step."""
    import torch

    torch.set_num_threads(task["threads"])
    rows, held_out = _rows(task)
    config = _config(task)
    base = Path(task["base"])
    model = add_lora(load_base(BaseFiles(base, base), "base"), config)
    lengths = [len(row.ids) for row in rows]
    schedule = build_schedule(lengths, batch_size=config.batch_size, accumulation=1, epochs=1, seed=config.seed)
    with tempfile.TemporaryDirectory() as folder:
        job = TrainingJob(
            model, rows, (), schedule, config, Path(folder), Control(), lambda: None, lambda metrics: None
        )
        result = train(job)
    per_step = [sum(lengths[index] for index in batch) for batch in schedule.batches]
    loss = mean_loss(model, held_out, config.batch_size)
    return _found(per_step, sum(lengths) / result.tokens_per_second, loss)


def trl(task: dict[str, Any]) -> dict[str, Any]:
    """TRL's SFTTrainer on the same tokens, with the same mask, batch, LoRA, learning rate and precision."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer  # noqa: TID251 - the alternative that is measured

    torch.set_num_threads(task["threads"])
    rows, held_out = _rows(task)
    config = _config(task)
    base = Path(task["base"])
    where = {"pretrained_model_name_or_path": str(base.parent), "gguf_file": base.name}
    model = AutoModelForCausalLM.from_pretrained(**where, dtype=torch.float32)
    model.is_quantized = False
    model.hf_quantizer = None
    times: list[float] = []
    per_step: list[int] = []

    # The classes of both libraries are Any to the type checker, which does not look into them.
    class Counting(SFTTrainer):  # type: ignore[misc]
        def training_step(self, model: Any, inputs: Any, *rest: Any) -> Any:
            per_step.append(int(inputs["attention_mask"].sum()))
            return super().training_step(model, inputs, *rest)

    class Clock(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            times.append(time.perf_counter())

        def on_step_end(self, *_: Any, **__: Any) -> None:
            times.append(time.perf_counter())

    with tempfile.TemporaryDirectory() as folder:
        arguments = SFTConfig(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=task["batch"],
            learning_rate=config.learning_rate,
            lr_scheduler_type="cosine",
            warmup_steps=int(config.warmup_share * len(rows) / task["batch"]),  # as ours
            gradient_checkpointing=task["checkpointing"],
            bf16=uses_bf16(config.precision),
            completion_only_loss=True,  # left to itself it learns the questions of rows in tokens too
            use_cpu=not torch.cuda.is_available(),
            report_to=[],
            save_strategy="no",
            disable_tqdm=True,
        )
        trainer = Counting(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_list(_as_trl(rows)),
            processing_class=AutoTokenizer.from_pretrained(**where),
            peft_config=LoraConfig(
                r=config.rank, lora_alpha=32, target_modules=sorted(config.targets), task_type="CAUSAL_LM"
            ),
            callbacks=[Clock()],
        )
        trainer.train()
    seconds = times[-1] - times[0]
    return _found(per_step, seconds, mean_loss(trainer.model, held_out, config.batch_size))


def _as_trl(rows: Sequence[EncodedRow]) -> list[dict[str, Any]]:
    return [{"input_ids": list(row.ids), "completion_mask": [int(flag) for flag in row.trained]} for row in rows]


def _found(per_step: Sequence[int], seconds: float, loss: float) -> dict[str, Any]:
    """`per_step`: tokens of each optimizer step, without padding."""
    tokens = sum(per_step)
    return {
        "tokens": tokens,
        "steps": len(per_step),
        "tokens_per_step": tokens / len(per_step),
        "seconds": seconds,
        "tokens_per_second": tokens / seconds,
        "loss": loss,
    }


def main() -> None:
    what, path = sys.argv[1:]
    task = json.loads(Path(path).read_text(encoding="utf-8"))
    print(json.dumps({"ours": ours, "trl": trl}[what](task)), flush=True)


if __name__ == "__main__":
    main()
