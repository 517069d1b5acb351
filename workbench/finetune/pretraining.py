"""A small language model from scratch: tokenizer, shape, training loop, checkpoint, GGUF.

The starter model is made with one command (about an hour and a half on two CPU cores):

    python -m workbench.finetune.pretraining starter --out resources/models/starter.gguf
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.finetune.starter.recipe import StarterRun, export_checkpoint, make_starter, starter_config


def main(arguments: Sequence[str]) -> int:
    """The command line of the recipe."""
    parser = argparse.ArgumentParser(prog="python -m workbench.finetune.pretraining", description=__doc__)
    parser.add_argument("model", choices=["starter"])
    parser.add_argument("--out", type=Path, required=True, help="the GGUF file to write")
    parser.add_argument("--work", type=Path, default=Path("starter-run"), help="folder for tokenizer and checkpoints")
    parser.add_argument("--minutes", type=float, default=91.0, help="training time without pauses")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, help="processes that train together, one core each")
    parser.add_argument("--export-only", action="store_true", help="write the last checkpoint and stop")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    run = StarterRun(given.out, given.work, starter_config(given.minutes, given.seed, 1), given.processes)
    if given.export_only:
        export_checkpoint(run)
    else:
        make_starter(run)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
