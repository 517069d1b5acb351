"""Settings of answers as files."""

from pathlib import Path

import pytest

from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig
from workbench.playground.presets import PresetFolder

CREATIVE = GenerationConfig(temperature=1.1, stop=("\n", "#"), logit_bias={4: 2.5}, json_schema='{"type": "object"}')


def test_that_a_preset_comes_back_from_its_file(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path / "presets")
    assert folder.read().presets == ()
    folder.save("Sehr  kreativ", CREATIVE)
    folder.save("exact", GenerationConfig())
    assert [preset.name for preset in folder.read().presets] == ["exact", "Sehr kreativ"]
    assert folder.get("Sehr kreativ").generation == CREATIVE
    assert "temperature: 1.1" in (tmp_path / "presets" / "Sehr kreativ.yaml").read_text(encoding="utf-8")


def test_that_a_taken_name_is_replaced_only_when_wanted(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    folder.save("a", CREATIVE)
    with pytest.raises(WorkbenchError, match="already a preset “a”"):
        folder.save("a", GenerationConfig())
    folder.save("a", GenerationConfig(), replace=True)
    assert folder.get("a").generation == GenerationConfig()


def test_that_a_deleted_preset_can_be_saved_again(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    folder.save("a", CREATIVE)
    deleted = folder.delete("a")
    assert deleted is not None and folder.read().presets == ()
    with pytest.raises(WorkbenchError, match="no preset “a”"):
        folder.get("a")
    assert folder.save(deleted.name, deleted.generation) == deleted
    assert folder.delete("never there") is None


def test_that_a_damaged_file_hides_no_other(tmp_path: Path) -> None:
    folder = PresetFolder(tmp_path)
    folder.save("good", CREATIVE)
    for name, text in [("hot", "temperature: hot"), ("list", "- 1"), ("odd", "magic: 1"), ("torn", "a: [")]:
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = folder.read()
    assert [preset.name for preset in found.presets] == ["good"]
    assert [problem.split(".yaml")[0] for problem in found.problems] == ["hot", "list", "odd", "torn"]
    folder.delete("torn")
    assert len(folder.read().problems) == 3


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a\x00", "x" * 81])
def test_that_a_preset_needs_a_name_that_a_file_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkbenchError, match="short name"):
        PresetFolder(tmp_path).save(name, GenerationConfig())
