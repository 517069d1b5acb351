"""The rules of the house, checked by a machine (docs/architecture.md)."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "workbench"
MODULES = sorted(ROOT.rglob("*.py"))

HEAVY = {
    "torch", "transformers", "peft", "accelerate", "safetensors", "tokenizers", "sentence_transformers", "llama_cpp",
    "lancedb", "pyarrow", "pypdfium2", "markitdown", "gguf", "onnxruntime", "magika", "datasets",
}  # fmt: skip

# From the bottom up; a layer may import the ones before it. Rooms in one row never import each other.
LAYERS: list[list[str]] = [
    ["allocator", "environment", "errors", "boundary", "memory", "naming", "processor"],
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
    ["projects", "recording", "tidying"],
    ["ui", "cli"],
    ["app"],
    ["__main__"],
]
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}

# The only files that may name a library at all (inside functions): one door per library.
ONLY_IN = {
    "llama_cpp": {"llm"},
    "lancedb": {"rag/vector_store.py"},
    "pypdfium2": {"rag/loaders/pdf"},
    "markitdown": {"rag/loaders"},
    "chardet": {"rag/loaders/decoding.py"},
    "cryptography": {"rag/loaders/zip_encryption.py"},
    "defusedxml": {"rag/loaders/xml.py"},
    "msoffcrypto": {"rag/loaders/ole.py"},
    "olefile": {"rag/loaders/ole.py"},
    "striprtf": {"rag/loaders/rtf.py"},
    "xlrd": {"rag/loaders/spreadsheets.py"},
    "peft": {"finetune"},
    "sentence_transformers": {"embedding.py", "rag/reranking.py", "rag/embedding_tuning"},
    "keyring": {"llm"},
    "gepa": {"playground/search/rewriting.py"},
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path, *, top_level_only: bool = False) -> frozenset[str]:
    """Absolute names that a module imports; `from a import b` counts as `a.b`."""
    names: set[str] = set()
    for node in parsed(path).body if top_level_only else ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def top_packages(path: Path, *, top_level_only: bool = False) -> set[str]:
    return {name.split(".")[0] for name in imports(path, top_level_only=top_level_only)}


def upward_imports(path: Path) -> list[str]:
    here = layer_of(path)
    if here == "__init__":
        return []
    assert here in RANK, f"{relative(path)} has no place in LAYERS"
    wrong = []
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "workbench" or len(parts) < 2 or parts[1] in {here, "__version__"}:
            continue
        if {here, parts[1]} == {"database", "migrations"}:
            continue  # one idea in two files
        if RANK[parts[1]] >= RANK[here]:
            wrong.append(f"{relative(path)} imports {name}")
    return wrong


def module_name(path: Path) -> str:
    return ".".join(("workbench", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def modules_imported_by(path: Path, known: set[str]) -> set[str]:
    """Our own modules that a file names anywhere: in functions and for type checking too, which only hide a circle."""
    return {
        target
        for name in imports(path)
        for target in [name if name in known else name.rpartition(".")[0]]
        if target in known and target != module_name(path)
    }


def find_circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules of which each reaches every other."""

    def reached_from(start: str) -> set[str]:
        found, waiting = set[str](), [start]
        while waiting:
            new = graph.get(waiting.pop(), set()) - found
            found |= new
            waiting += new
        return found

    reached = {module: reached_from(module) for module in graph}
    groups = {
        tuple(sorted(other for other in reached[module] if module in reached.get(other, set())))
        for module in graph
        if module in reached[module]
    }
    return sorted(list(group) for group in groups)


def test_that_circles_are_found_however_long_they_are() -> None:
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": {"e"}, "e": set[str]()}
    assert find_circles(graph) == [["a", "b", "c"]]
    assert find_circles({"a": {"b"}, "b": {"a"}, "c": {"a", "d"}, "d": {"c"}}) == [["a", "b"], ["c", "d"]]
    assert find_circles({"a": {"b"}, "b": set[str]()}) == []


def test_that_no_two_modules_import_each_other() -> None:
    known = {module_name(path) for path in MODULES}
    assert not find_circles({module_name(path): modules_imported_by(path, known) for path in MODULES})


def test_that_imports_point_downwards() -> None:
    assert not [wrong for path in MODULES for wrong in upward_imports(path)]


def test_that_qt_stays_in_views() -> None:
    def may_see_qt(path: Path) -> bool:
        return layer_of(path) in {"ui", "app"} and path.name not in {"presenter.py", "state.py"}

    found = [path for path in MODULES if {"PySide6", "pyqtgraph"} & top_packages(path)]
    assert not [relative(path) for path in found if not may_see_qt(path)]


def test_that_heavy_libraries_are_never_imported_at_module_level() -> None:
    heavy = {relative(path): HEAVY & top_packages(path, top_level_only=True) for path in MODULES}
    assert not {path: names for path, names in heavy.items() if names}


def test_that_a_library_has_one_door() -> None:
    wrong = []
    for path in MODULES:
        for library in top_packages(path) & set(ONLY_IN):
            if not any(relative(path) == door or relative(path).startswith(door + "/") for door in ONLY_IN[library]):
                wrong.append(f"{relative(path)} imports {library}, which is only for {ONLY_IN[library]}")
    assert not wrong


def test_that_nothing_unsafe_is_used() -> None:
    banned = {"trust_remote_code=True": "runs code of strangers", "QMessageBox": "use the message bar", "prctl": "R1"}
    sources = {relative(path): path.read_text(encoding="utf-8") for path in MODULES}
    assert not [(path, word, why) for path, text in sources.items() for word, why in banned.items() if word in text]
    unsafe = {"pickle", "dill", "joblib", "diskcache"}
    assert not [relative(path) for path in MODULES if unsafe & top_packages(path)]


def test_that_no_drawer_for_everything_exists() -> None:
    drawers = {"utils", "helpers", "common", "misc", "base", "manager"}
    assert not [relative(path) for path in MODULES if path.stem in drawers or path.parent.name in drawers]
