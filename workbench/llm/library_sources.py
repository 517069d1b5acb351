"""Where other programs leave language models on a disk. Only looks; follows no folder link."""

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

MAX_ENTRIES = 50_000
"""Files looked at in one place, so that a home folder given by mistake ends."""
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A model file or folder, before it was opened. `problem` is for a place that cannot be read at all."""

    path: Path
    source: str
    name: str = ""
    problem: str = ""


def find_all(own_folders: list[Path], models_folder: Path) -> Iterator[Found]:
    """Everything that could be a model, place by place, the user's own things first."""
    yield from gguf_files(models_folder, "this program")
    for folder in own_folders:
        if folder.is_dir():
            yield from gguf_files(folder, "own folder")
            yield from model_folders(folder, "own folder")
        elif folder.is_file():
            yield Found(folder, "own file")
        else:
            yield Found(folder, "own folder", problem=f"The folder {folder} is not there.")
    for place in (hugging_face, llama_cpp, lm_studio, ollama, jan, gpt4all):
        yield from place(os.environ)


def hugging_face(environment: Mapping[str, str]) -> Iterator[Found]:
    """`models--org--name/snapshots/<revision>/...`; the files are links into `blobs`."""
    for repository in _children(hugging_face_hub(environment)):
        if not repository.name.startswith("models--"):
            continue
        for snapshot in _children(repository / "snapshots"):
            yield from gguf_files(snapshot, "Hugging Face cache")
            yield from model_folders(snapshot, "Hugging Face cache", name=repository.name.split("--", 2)[-1])


def hugging_face_hub(environment: Mapping[str, str]) -> Path:
    """Where the libraries of Hugging Face keep what they downloaded."""
    cache = _path(environment.get("XDG_CACHE_HOME")) or Path.home() / ".cache"
    hf_home = _path(environment.get("HF_HOME")) or cache / "huggingface"
    return _path(environment.get("HF_HUB_CACHE")) or hf_home / "hub"


def llama_cpp(environment: Mapping[str, str]) -> Iterator[Found]:
    named = _path(environment.get("LLAMA_CACHE"))
    root = named or _by_system(
        environment, linux=".cache/llama.cpp", mac="Library/Caches/llama.cpp", windows="llama.cpp", local=True
    )
    yield from gguf_files(root, "llama.cpp")


def lm_studio(environment: Mapping[str, str]) -> Iterator[Found]:
    """`publisher/model/file.gguf` below the downloads folder that its settings name."""
    home = Path.home()
    pointed = _read_text(home / ".lmstudio-home-pointer").strip()
    candidates = [Path(pointed)] if pointed else [home / ".lmstudio", home / ".cache" / "lm-studio"]
    root = next((candidate for candidate in candidates if candidate.is_dir()), None)
    if root is None:
        return
    folder = _read_json(root / "settings.json").get("downloadsFolder")
    yield from gguf_files(Path(folder) if isinstance(folder, str) and folder else root / "models", "LM Studio")


def ollama(environment: Mapping[str, str]) -> Iterator[Found]:
    """Manifests name the blob that is the GGUF; the blob's own name says nothing."""
    named = _path(environment.get("OLLAMA_MODELS"))
    service = Path("/usr/share/ollama/.ollama/models")
    for root in [named] if named else [Path.home() / ".ollama" / "models", service]:
        manifests = root / "manifests"
        if _is_closed(root) or _is_closed(manifests):
            yield Found(root, "Ollama", name="Ollama", problem=f"The models of Ollama in {root} cannot be read.")
            continue
        for manifest in _files(manifests):
            blob = _ollama_blob(root, manifest)
            if blob is not None:
                parts = manifest.relative_to(manifests).parts
                yield Found(blob, "Ollama", name=":".join(parts[-2:]))


def jan(environment: Mapping[str, str]) -> Iterator[Found]:
    root = _by_system(
        environment,
        linux=".config/Jan/data",
        mac="Library/Application Support/Jan/data",
        windows="Jan/data",
        local=False,
    )
    yield from gguf_files(root, "Jan")


def gpt4all(environment: Mapping[str, str]) -> Iterator[Found]:
    inner = "nomic.ai/GPT4All"
    root = _by_system(
        environment,
        linux=f".local/share/{inner}",
        mac=f"Library/Application Support/{inner}",
        windows=inner,
        local=True,
    )
    yield from gguf_files(root, "GPT4All")


def gguf_files(root: Path, source: str) -> Iterator[Found]:
    """Every `*.gguf` below `root`, but for a link beside the file that it leads to: that is listed by its own name."""
    places: list[Path] = []
    for path in _files(root, lambda name: name.lower().endswith(".gguf"), places.append):
        if not _leads_to_a_neighbour(path):
            yield Found(path, source)
    for place in places:
        what = f"{root} holds more than {MAX_ENTRIES:,} files: what lies in {place} and behind it was not looked at."
        yield Found(root, source, name=root.name, problem=what)


def _leads_to_a_neighbour(path: Path) -> bool:
    if not path.is_symlink():
        return False
    target = path.resolve()
    return target.parent == path.parent.resolve() and target.name.lower().endswith(".gguf")


def model_folders(root: Path, source: str, name: str = "") -> Iterator[Found]:
    """Folders of transformers models and PEFT adapters below `root`."""
    for path in _files(root, lambda name: name in {"config.json", "adapter_config.json"}):
        if path.name == "adapter_config.json" or _has_weights(path.parent):
            yield Found(path.parent, source, name=name or path.parent.name)


def _has_weights(folder: Path) -> bool:
    endings = (".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".pkl")
    return any(child.name.endswith(endings) for child in _children(folder))


def _ollama_blob(root: Path, manifest: Path) -> Path | None:
    layers = _read_json(manifest).get("layers")
    for layer in layers if isinstance(layers, list) else []:
        if isinstance(layer, dict) and layer.get("mediaType") == "application/vnd.ollama.image.model":
            digest = str(layer.get("digest", ""))
            blob = root / "blobs" / digest.replace(":", "-")
            if digest.startswith("sha256:") and digest[7:].isalnum() and blob.is_file():
                return blob
    return None


def _files(
    root: Path, wanted: Callable[[str], bool] = lambda _name: True, on_limit: Callable[[Path], object] = lambda _: None
) -> Iterator[Path]:
    """Files below `root` in a stable order, limited in depth and number; folder links are not followed.

    `on_limit` hears of the folder at which it ended, because there were too many files.
    """
    seen = 0
    for folder, folders, names in os.walk(root):
        depth = len(Path(folder).relative_to(root).parts)
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if depth < MAX_DEPTH else []
        seen += len(names)
        if seen > MAX_ENTRIES:
            on_limit(Path(folder))
            return
        for name in sorted(names):
            path = Path(folder, name)
            if wanted(name) and (path.is_file() or not path.is_symlink()):  # a broken link is nothing to show
                yield path


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _is_closed(folder: Path) -> bool:
    """Whether the folder is there but not for us."""
    try:
        with os.scandir(folder) as entries:
            next(entries, None)
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def _by_system(environment: Mapping[str, str], *, linux: str, mac: str, windows: str, local: bool) -> Path:
    home = Path.home()
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA" if local else "APPDATA", home)) / windows
    return home / (mac if sys.platform == "darwin" else linux)


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None


def _read_text(path: Path, limit: int = 1_000_000) -> str:
    try:
        if not path.is_file() or path.stat().st_size > limit:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _read_json(path: Path) -> dict[str, object]:
    try:
        value = json.loads(_read_text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
