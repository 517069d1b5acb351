"""A training that is packed, started elsewhere and brought back."""

import shutil
from pathlib import Path

import pytest

from tests.unit.finetune.conftest import RequestMaker
from tests.unit.finetune.test_training import finish
from workbench.errors import WorkbenchError
from workbench.finetune.adapter_folder import read_card
from workbench.finetune.portable import bring_back, pack, unpacked
from workbench.finetune.types import Adapter
from workbench.llm.types import ModelRef
from workbench.paths import WorkbenchPaths


@pytest.mark.slow
def test_that_a_packed_training_gives_the_same_adapter_elsewhere(
    make_request: RequestMaker, home: WorkbenchPaths, tmp_path: Path
) -> None:
    here = finish(make_request("here", epochs=1))
    request = make_request("away", epochs=1)
    pack(request, tmp_path / "packed", with_base=True)
    there = tmp_path / "other computer" / "packed"
    shutil.copytree(tmp_path / "packed", there)
    shutil.rmtree(tmp_path / "packed")
    report = finish(unpacked(there))
    assert report.adapter and report.adapter.folder.startswith(str(there))
    brought = bring_back(there, home.adapters, home.models)
    assert isinstance(brought, Adapter)
    assert brought == read_card(home.adapters / "away")
    assert (brought.base_path, brought.folder) == (request.base.path, str(home.adapters / "away"))
    assert here.adapter
    assert brought.peft_hash == here.adapter.peft_hash
    with pytest.raises(WorkbenchError, match="already an adapter “away”"):
        bring_back(there, home.adapters, home.models)


def test_that_a_changed_row_or_another_base_is_refused(make_request: RequestMaker, tmp_path: Path) -> None:
    pack(make_request(), tmp_path / "packed")
    with pytest.raises(WorkbenchError, match="The base tiny is not in the folder"):
        unpacked(tmp_path / "packed")
    other = shutil.copyfile(tmp_path / "tiny.gguf", tmp_path / "other.gguf")
    with other.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(WorkbenchError, match="other is not the base that this training was packed for"):
        unpacked(tmp_path / "packed", ModelRef(name="other", path=str(other)))
    rows = tmp_path / "packed" / "rows.jsonl"
    rows.write_text(rows.read_text(encoding="utf-8").replace("red", "rad"), encoding="utf-8")
    with pytest.raises(WorkbenchError, match=r"cannot be started: rows\.jsonl is damaged"):
        unpacked(tmp_path / "packed")


def test_that_an_unfinished_training_is_not_brought_back(
    make_request: RequestMaker, home: WorkbenchPaths, tmp_path: Path
) -> None:
    pack(make_request(), tmp_path / "packed")
    with pytest.raises(WorkbenchError, match="is not finished") as caught:
        bring_back(tmp_path / "packed", home.adapters, home.models)
    assert "finetune --spec" in caught.value.hint
    with pytest.raises(WorkbenchError, match="is not empty"):
        pack(make_request(), tmp_path / "packed")
