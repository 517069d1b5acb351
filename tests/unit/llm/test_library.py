import json
import math
import os
from pathlib import Path

import pytest

from tests.llm_models import write_tiny_adapter, write_tiny_gguf
from workbench.errors import WorkbenchError
from workbench.llm.library import find_model, list_models
from workbench.llm.types import ModelKind, ModelRef

NOWHERE = Path("/nowhere")


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder of a user without the starter."""
    monkeypatch.setattr("workbench.llm.library.find_starter", lambda: None)
    return Path(os.environ["HOME"])


def model(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_tiny_gguf(path)


def listed(*own_folders: Path, models_folder: Path = NOWHERE) -> dict[str, ModelRef]:
    return {found.name: found for found in list_models(own_folders, models_folder)}


def test_that_every_place_of_other_programs_is_listed(user: Path) -> None:
    model(user / ".cache/huggingface/hub/models--org--tiny/snapshots/abc/hf.gguf")
    model(user / ".cache/llama.cpp/cached.gguf")
    model(user / ".lmstudio/models/publisher/tiny/studio.gguf")
    model(user / ".config/Jan/data/llamacpp/models/x/jan.gguf")
    model(user / ".local/share/nomic.ai/GPT4All/gpt4all.gguf")
    assert {name: found.source for name, found in listed().items()} == {
        "hf": "Hugging Face cache",
        "cached": "llama.cpp",
        "studio": "LM Studio",
        "jan": "Jan",
        "gpt4all": "GPT4All",
    }


def test_that_the_variables_of_other_programs_move_their_places(
    user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path / "hub/models--org--tiny/snapshots/abc/hf.gguf")
    model(tmp_path / "llama/cached.gguf")
    model(tmp_path / "studio/publisher/tiny/studio.gguf")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("LLAMA_CACHE", str(tmp_path / "llama"))
    (user / ".lmstudio-home-pointer").write_text(str(tmp_path / "pointed"))
    (tmp_path / "pointed").mkdir()
    settings = {"downloadsFolder": str(tmp_path / "studio")}
    (tmp_path / "pointed/settings.json").write_text(json.dumps(settings))
    assert set(listed()) == {"hf", "cached", "studio"}


def test_that_models_of_ollama_are_found_through_their_manifests(user: Path) -> None:
    root = user / ".ollama/models"
    blob = model(root / "blobs/sha256-0011")
    manifest = root / "manifests/registry.ollama.ai/library/tiny/latest"
    manifest.parent.mkdir(parents=True)
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": "sha256:ffff"},
        {"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:0011"},
    ]
    manifest.write_text(json.dumps({"layers": layers}))
    (manifest.parent / "broken").write_text("[" * 100_000)
    (manifest.parent / "escaping").write_text(
        json.dumps({"layers": [{"mediaType": layers[1]["mediaType"], "digest": "sha256:../../../x"}]})
    )
    found = listed()
    assert {name: ref.path for name, ref in found.items()} == {"tiny:latest": str(blob)}


def test_that_a_place_that_cannot_be_read_says_so(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(folder: Path) -> bool:
        return "ollama" in str(folder)

    monkeypatch.setattr("workbench.llm.library_sources._is_closed", closed)
    assert "cannot be read" in listed()["Ollama"].problem


def test_that_a_file_that_is_no_model_keeps_its_row_and_the_others_are_listed(user: Path, tmp_path: Path) -> None:
    model(tmp_path / "good.gguf")
    (tmp_path / "page.gguf").write_text("<html>log in</html>")
    found = listed(tmp_path)
    assert found["good"].problem == ""
    assert "it is a web page" in found["page"].problem


def test_that_pipes_broken_links_and_folder_loops_end_nothing(user: Path, tmp_path: Path) -> None:
    model(tmp_path / "good.gguf")
    os.mkfifo(tmp_path / "pipe.gguf")
    (tmp_path / "broken.gguf").symlink_to(tmp_path / "gone")
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")
    (tmp_path / "again").symlink_to(tmp_path)
    found = listed(tmp_path)
    assert set(found) == {"good", "pipe"}
    assert "not a file but a pipe" in found["pipe"].problem


def test_that_a_file_reached_twice_is_listed_once(user: Path, tmp_path: Path) -> None:
    blob = model(tmp_path / "blobs/abc")
    snapshot = tmp_path / "hub/model.gguf"
    snapshot.parent.mkdir()
    snapshot.symlink_to(blob)
    (tmp_path / "hub/copy.gguf").symlink_to(blob)
    assert len(listed(tmp_path / "hub", tmp_path / "hub")) == 1


def test_that_a_link_beside_its_file_does_not_take_the_files_name(user: Path, tmp_path: Path) -> None:
    file = model(tmp_path / "models/tiny.gguf")
    (tmp_path / "models/alias.gguf").symlink_to("tiny.gguf")
    (tmp_path / "models/again.gguf").symlink_to("alias.gguf")
    found = listed(tmp_path / "models")
    assert {name: ref.path for name, ref in found.items()} == {"tiny": str(file)}
    link = tmp_path / "models/alias.gguf"
    assert find_model(str(link), (), NOWHERE).path == str(link), "given by path it is what was given"
    (tmp_path / "own").mkdir()
    (tmp_path / "own/mine.gguf").symlink_to(file)
    assert set(listed(tmp_path / "own")) == {"mine"}, "the name that somebody gave a file elsewhere"


def test_that_a_folder_of_too_many_files_says_where_the_search_ended(
    user: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(tmp_path / "many/a/good.gguf")
    model(tmp_path / "many/b/late.gguf")
    monkeypatch.setattr("workbench.llm.library_sources.MAX_ENTRIES", 1)
    found = listed(tmp_path / "many")
    assert set(found) == {"good", "many"}
    assert f"what lies in {tmp_path / 'many/b'} and behind it was not looked at" in found["many"].problem


def test_that_two_models_of_one_name_get_two_names(user: Path, tmp_path: Path) -> None:
    model(tmp_path / "a/model.gguf")
    model(tmp_path / "b/model.gguf")
    model(tmp_path / "c/b/model.gguf")
    assert set(listed(tmp_path)) == {"model", "model (b)", "model (2)"}


def test_that_the_parts_of_a_split_model_are_one_row(user: Path, tmp_path: Path) -> None:
    parts = [model(tmp_path / f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    found = listed(tmp_path)
    assert set(found) == {"big"}
    assert found["big"].path == str(parts[0])
    assert found["big"].size_bytes == sum(part.stat().st_size for part in parts)
    parts[0].unlink()
    assert "big-00001-of-00002.gguf is missing" in listed(tmp_path)["big"].problem


def test_that_adapters_and_embedders_are_told_from_models(user: Path, tmp_path: Path) -> None:
    write_tiny_adapter(tmp_path / "adapter.gguf")
    write_tiny_gguf(tmp_path / "embedder.gguf", metadata={"pooling_type": 1})
    found = listed(tmp_path)
    assert (found["adapter"].kind, found["embedder"].kind) == (ModelKind.ADAPTER, ModelKind.EMBEDDER)


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"model.safetensors": "x"}, "model.safetensors is not a readable safetensors file"),
        ({"pytorch_model.bin": "x"}, "unsafe format (pytorch_model.bin)"),
    ],
)
def test_that_folders_of_transformers_are_described_without_opening_weights(
    user: Path, tmp_path: Path, files: dict[str, str], problem: str
) -> None:
    folder = tmp_path / "some-model"
    folder.mkdir()
    (folder / "config.json").write_text(
        json.dumps({"model_type": "llama", "architectures": ["LlamaForCausalLM"], "max_position_embeddings": 99})
    )
    for name, content in files.items():
        (folder / name).write_text(content)
    found = listed(tmp_path)["some-model"]
    assert (found.file_format, found.architecture, found.context_length) == ("transformers", "llama", 99)
    assert problem in found.problem and bool(problem) == bool(found.problem)


def test_that_a_folder_with_program_code_is_refused(user: Path, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_text("x")
    (tmp_path / "config.json").write_text(json.dumps({"auto_map": {"AutoModel": "evil.Model"}}))
    found = find_model(str(tmp_path), [], NOWHERE)
    assert "program code of its own, which is never run" in found.problem


def test_that_a_model_is_found_by_name_in_any_case_and_by_path(user: Path, tmp_path: Path) -> None:
    path = model(tmp_path / "Tiny-Model.gguf")
    assert find_model("Tiny-Model", [tmp_path], NOWHERE).path == str(path)
    assert find_model("tiny-model", [tmp_path], NOWHERE).path == str(path)
    assert find_model(str(path), [], NOWHERE).name == "Tiny-Model"


def test_that_an_unknown_name_is_answered_with_near_ones(user: Path, tmp_path: Path) -> None:
    model(tmp_path / "tiny-model.gguf")
    with pytest.raises(WorkbenchError, match="There is no model 'tiny-modle'") as caught:
        find_model("tiny-modle", [tmp_path], NOWHERE)
    assert caught.value.hint == "Did you mean tiny-model?"


def test_that_a_path_without_a_file_names_the_path(user: Path) -> None:
    assert "There is no file /nowhere/x.gguf" in find_model("/nowhere/x.gguf", [], NOWHERE).problem


def test_that_models_of_this_program_and_missing_folders_are_listed(user: Path, tmp_path: Path) -> None:
    model(tmp_path / "made.gguf")
    found = listed(Path("/gone"), models_folder=tmp_path)
    assert found["made"].source == "this program"
    assert "is not there" in found["gone"].problem


def transformers_folder(folder: Path, *, config: dict[str, object] | None = None) -> Path:
    """A model of 2 x 12 + 5 numbers in two files."""
    folder.mkdir(parents=True)
    about = {"model_type": "llama", "architectures": ["LlamaForCausalLM"]} | (config or {})
    (folder / "config.json").write_text(json.dumps(about))
    for name, tensors in (("a", {"w": [3, 4], "v": [2, 6]}), ("b", {"n": [5]})):
        header: dict[str, object] = {"__metadata__": {"format": "pt"}}
        place = 0
        for tensor, shape in tensors.items():
            end = place + 2 * math.prod(shape)
            header[tensor] = {"dtype": "F16", "shape": shape, "data_offsets": [place, end]}
            place = end
        text = json.dumps(header).encode()
        (folder / f"{name}.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(place))
    return folder


def test_that_the_parameters_of_a_folder_are_counted_from_its_headers(user: Path, tmp_path: Path) -> None:
    transformers_folder(tmp_path / "some")
    transformers_folder(tmp_path / "packed", config={"quantization_config": {"bits": 4}})
    found = listed(tmp_path)
    assert (found["some"].parameters, found["some"].problem) == (29, "")
    assert found["packed"].parameters == 0, "how many numbers a packed one holds is not known"


def test_that_a_folder_whose_weights_were_cut_says_so(user: Path, tmp_path: Path) -> None:
    weights = transformers_folder(tmp_path / "cut") / "a.safetensors"
    weights.write_bytes(weights.read_bytes()[:-7])
    size = weights.stat().st_size
    assert listed(tmp_path)["cut"].problem == f"a.safetensors is incomplete ({size} of {size + 7} bytes)."


@pytest.mark.parametrize(
    "header", [b"", b"x", b"[]", b"[" * 9000, b'{"w": 3}', b'{"w": {"shape": [-1]}}', b'{"w": {"shape": [true]}}']
)
def test_that_a_folder_whose_weights_have_nonsense_for_a_header_says_so(
    user: Path, tmp_path: Path, header: bytes
) -> None:
    weights = transformers_folder(tmp_path / "odd") / "a.safetensors"
    for start in (len(header).to_bytes(8, "little"), b"\xff" * 8, b""):
        weights.write_bytes(start + header)
        found = listed(tmp_path)["odd"]
        assert found.parameters == 0
        assert found.problem.startswith("a.safetensors is not a readable safetensors file: ")
