"""How soon something is seen of a run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.compare.running import placed
from tests.unit.compare.scripted import ScriptedTools, always_right, arm
from workbench.compare.run_task import RUN_COMPARISON, run_comparison
from workbench.compare.whole_run import compare
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.llm.types import LoadConfig, ModelRef

SLOW = (
    "sqlalchemy",
    "jinja2",
    "yaml",
    "numpy",
    "scipy",
    "workbench.compare.catalogue",
    "workbench.compare.arm_types",
    "workbench.compare.types",
    "workbench.finetune.types",
    "workbench.rag.types",
)


def test_that_a_run_loads_no_library_that_it_does_not_need_yet() -> None:
    module = RUN_COMPARISON.partition(":")[0]
    told = f"import sys, {module}; print([name for name in {SLOW!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_that_progress_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    context = RecordingContext()

    class Watched(ScriptedTools):
        def model_hash(self, model: ModelRef) -> str:
            assert context.progressed
            return super().model_hash(model)

        def open_engine(self, model: ModelRef, load: LoadConfig):  # type: ignore[no-untyped-def]
            assert f"Loading {model.name}" in [label for _, _, label in context.progressed]
            return super().open_engine(model, load)

    compare(context, placed(tmp_path, arm("a"), count=2), Watched(always_right))
    assert context.progressed[0] == (0, 0, "Looking what is there")


def test_that_the_first_progress_says_how_much_is_about_to_be_done_even_before_it_is_checked(tmp_path: Path) -> None:
    params = placed(tmp_path, arm("a"), arm("b"), count=3).model_dump(mode="json") | {"metrics": "none"}
    context = RecordingContext()
    with pytest.raises(WorkbenchError, match="The request for 'run_comparison' is not valid: metrics"):
        run_comparison(context, params)
    assert context.progressed == [(0, 0, "Making ready: 3 questions, 2 arms")]
