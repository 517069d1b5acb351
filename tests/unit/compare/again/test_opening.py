"""An exported comparison that is opened for changing goes by content; what is another one than it was is said."""

import shutil
from pathlib import Path

import pytest

from tests.unit.compare.again.test_repeating import catalogue as catalogue
from tests.unit.compare.again.test_repeating import known_adapter, measured
from tests.unit.compare.again.test_repeating import model as model
from tests.unit.compare.scripted import arm
from workbench.compare.again.opening import open_written
from workbench.compare.again.run_folder import write_run_folder
from workbench.compare.catalogue import Catalogue
from workbench.llm.adapters import adapter_hash
from workbench.llm.types import AdapterRef, ModelRef

__all__ = ["catalogue", "model"]


@pytest.fixture
def exported(model: ModelRef, tmp_path: Path) -> Path:
    """The starter from a folder of its own, with an adapter that is called “style”."""
    adapter = tmp_path / "style.gguf"
    adapter.write_bytes(b"adapter")
    named = {"adapter_name": "style", "adapter_hash": adapter_hash(adapter), "adapter": AdapterRef(path=str(adapter))}
    elsewhere = tmp_path / "models" / "mine" / "mine.gguf"
    elsewhere.parent.mkdir(parents=True)
    shutil.copyfile(model.path, elsewhere)
    there = model.model_copy(update={"name": "mine", "path": str(elsewhere)})
    tuned = arm("tuned", model=there).model_copy(update=named)
    return write_run_folder(measured(tuned, arm("plain", model=there), folder=tmp_path), tmp_path / "out")


def test_that_everything_is_found_under_its_name_without_a_word(exported: Path, catalogue: Catalogue) -> None:
    here = catalogue.model_copy(update={"adapters": (known_adapter("style", exported.parents[1] / "style.gguf"),)})
    opened = open_written(exported, here)
    assert opened.notes == ()
    assert [(one.model, one.adapter) for one in opened.spec.arms] == [("mine", "style"), ("mine", "")]
    assert opened.spec.exact == ""


def test_that_an_adapter_is_found_by_its_content_under_another_name(exported: Path, catalogue: Catalogue) -> None:
    moved = exported.parents[1] / "moved.gguf"
    (exported.parents[1] / "style.gguf").rename(moved)
    opened = open_written(exported, catalogue.model_copy(update={"adapters": (known_adapter("house", moved),)}))
    assert [one.adapter for one in opened.spec.arms] == ["house", ""]
    assert opened.notes == ("The adapter “style” is “house” here.",)


def test_that_an_adapter_of_the_same_name_with_other_content_is_said(exported: Path, catalogue: Catalogue) -> None:
    path = exported.parents[1] / "style.gguf"
    path.write_bytes(b"trained anew")
    opened = open_written(exported, catalogue.model_copy(update={"adapters": (known_adapter("style", path),)}))
    assert opened.notes == ("The adapter “style” is another one than it was.",)


def test_that_what_is_gone_is_said_and_the_comparison_is_shown_all_the_same(
    exported: Path, catalogue: Catalogue
) -> None:
    (exported.parents[1] / "style.gguf").unlink()
    opened = open_written(exported, catalogue)
    assert [one.adapter for one in opened.spec.arms] == ["style", ""]
    assert opened.notes == ("Arm “tuned”: The adapter “style” is gone.", "The rest goes by names.")


def test_that_a_changed_file_goes_by_names_and_says_so(exported: Path, catalogue: Catalogue) -> None:
    exported.write_text(exported.read_text(encoding="utf-8").replace("name: sums", "name: other"), encoding="utf-8")
    opened = open_written(exported, catalogue)
    assert (opened.spec.name, opened.spec.arms[0].adapter) == ("other", "style")
    [note] = opened.notes
    assert note == "compare.yaml or a file beside it was changed: models and adapters go by their names."
