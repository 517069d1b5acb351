"""The rules of the house, checked by a machine (docs/architecture.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "workbench"
MODULES = sorted(ROOT.rglob("*.py"))

HEAVY = {
    "torch", "transformers", "peft", "accelerate", "safetensors", "tokenizers", "sentence_transformers", "llama_cpp",
    "lancedb", "pyarrow", "pypdfium2", "markitdown", "gguf", "onnxruntime", "magika", "datasets",
}  # fmt: skip

# From the bottom up; a layer may import the ones before it. Rooms in one row never import each other.
LAYERS: list[list[str]] = [
    ["environment", "errors", "boundary"],
    ["paths", "log"],
    ["resources", "settings"],
    ["migrations"],
    ["database"],
    ["jobs"],
    ["llm"],
    ["scoring", "embedding"],
    ["datasets"],
    ["playground", "rag", "finetune"],
    ["compare"],
    ["projects"],
    ["ui", "cli"],
    ["app"],
    ["__main__"],
]
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}

# The only files that may name a library at all (inside functions): one door per library.
ONLY_IN = {
    "llama_cpp": {"llm", "finetune/gguf_export.py"},
    "lancedb": {"rag/vector_store.py"},
    "pypdfium2": {"rag/loaders/pdf.py"},
    "markitdown": {"rag/loaders"},
    "peft": {"finetune"},
    "sentence_transformers": {"embedding.py", "rag/reranking.py", "rag/embedding_tuning.py"},
    "keyring": {"llm"},
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path, *, top_level_only: bool = False) -> set[str]:
    """Absolute names that a module imports; `from a import b` counts as `a.b` too, for packages of ours."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def top_packages(path: Path, *, top_level_only: bool = False) -> set[str]:
    return {name.split(".")[0] for name in imports(path, top_level_only=top_level_only)}


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_that_imports_point_downwards(path: Path) -> None:
    here = layer_of(path)
    if here == "__init__":
        return
    assert here in RANK, f"{here} has no place in LAYERS"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "workbench" or len(parts) < 2 or parts[1] in {here, "__version__"}:
            continue
        if (here == "database" and parts[1] == "migrations") or (here == "migrations" and parts[1] == "database"):
            continue  # one idea in two files
        assert RANK[parts[1]] < RANK[here], f"{here} must not import {name}"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_that_qt_stays_in_views(path: Path) -> None:
    allowed = layer_of(path) in {"ui", "app"} and path.name not in {"presenter.py", "state.py"}
    assert allowed or not {"PySide6", "pyqtgraph"} & top_packages(path)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_that_heavy_libraries_are_never_imported_at_module_level(path: Path) -> None:
    assert not HEAVY & top_packages(path, top_level_only=True)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_that_a_library_has_one_door(path: Path) -> None:
    here = relative(path)
    for library in top_packages(path) & set(ONLY_IN):
        doors = ONLY_IN[library]
        assert any(here == door or here.startswith(door + "/") for door in doors), f"{library} is only for {doors}"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_that_nothing_unsafe_is_used(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "trust_remote_code=True" not in source
    assert not {"pickle", "dill", "joblib", "diskcache"} & top_packages(path)
    assert "QMessageBox" not in source, "messages go through the message bar"
    assert "PR_SET_PDEATHSIG" not in source.replace("never PR_SET_PDEATHSIG", "")


def test_that_no_drawer_for_everything_exists() -> None:
    drawers = {"utils", "helpers", "common", "misc", "base", "manager"}
    assert not [relative(path) for path in MODULES if path.stem in drawers or path.parent.name in drawers]
