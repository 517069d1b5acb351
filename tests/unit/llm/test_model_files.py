from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.llm.library import describe_gguf
from workbench.llm.model_files import delete_files, files_of, why_not_deletable
from workbench.llm.types import ModelRef


def test_that_all_parts_of_a_model_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    parts = [write_tiny_gguf(tmp_path / f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    other = write_tiny_gguf(tmp_path / "other.gguf")
    model = describe_gguf(parts[0], source="own folder")
    size = sum(part.stat().st_size for part in parts)
    assert files_of(model) == parts
    assert delete_files(model) == size
    assert list(tmp_path.glob("*.gguf")) == [other]


def test_that_a_link_is_deleted_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    real = write_tiny_gguf(tmp_path / "real.gguf")
    link = tmp_path / "link.gguf"
    link.symlink_to(real)
    delete_files(describe_gguf(link, source="own folder"))
    assert real.is_file() and not link.is_symlink()


@pytest.mark.parametrize("source", ["starter", "Ollama", "Hugging Face cache", "LM Studio"])
def test_that_what_belongs_to_others_is_not_deleted(tmp_path: Path, source: str) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "a.gguf"), source=source)
    assert why_not_deletable(model)
    with pytest.raises(WorkbenchError, match=r"a is not deleted"):
        delete_files(model)
    assert (tmp_path / "a.gguf").is_file()


def test_that_a_file_that_is_gone_already_is_no_problem() -> None:
    assert delete_files(ModelRef(name="x", path="/nowhere/x.gguf", source="own file")) == 0


def test_that_a_file_that_cannot_be_deleted_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "a.gguf"), source="own folder")

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(WorkbenchError, match=r"a\.gguf could not be deleted: Permission denied"):
        delete_files(model)
