"""Another process of one training: `python -m workbench.finetune.starter.helper WORK RANK`, started by the recipe."""

import sys
from pathlib import Path

from workbench.finetune.starter.recipe import help_to_train

if __name__ == "__main__":
    help_to_train(Path(sys.argv[1]), int(sys.argv[2]))
