"""What names mean in a data folder: prompts, what indexes took to build, what models were made of."""

from pathlib import Path

import pytest

from tests.llm_models import write_tiny_gguf
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.catalogue import Catalogue, CatalogueResolvers, read_catalogue
from workbench.compare.spec import ComparisonSpec
from workbench.database import Database
from workbench.finetune.history_store import AdapterHistory
from workbench.finetune.store import AdapterStore
from workbench.finetune.types import Adapter, ExportFormat, ExportReport
from workbench.llm.library import describe_gguf
from workbench.paths import WorkbenchPaths
from workbench.playground.prompt_store import PromptStore
from workbench.playground.types import Prompt, PromptBlock


@pytest.fixture
def models(tmp_path: Path) -> tuple[Path, Path]:
    """A base, and what an adapter was merged into."""
    merged = tmp_path / "merged.gguf"
    return write_tiny_gguf(tmp_path / "base.gguf"), write_tiny_gguf(merged)


def test_that_a_model_with_an_adapter_merged_into_it_knows_its_base(
    database: Database, home: WorkbenchPaths, models: tuple[Path, Path]
) -> None:
    base, merged = models
    folder = home.adapters / "colours"
    folder.mkdir()
    (folder / "adapter.gguf").write_bytes(b"x")
    adapter = Adapter(
        name="colours", folder=str(folder), gguf_path=str(folder / "adapter.gguf"), gguf_hash="a" * 64,
        base_name="base", base_path=str(base), base_hash="b" * 64, rank=3, rows=45,
    )  # fmt: skip
    AdapterStore(database).record(adapter)
    for form, path in ((ExportFormat.GGUF_MERGED, merged), (ExportFormat.GGUF_LORA, base)):
        report = ExportReport(path=str(path), format=form, sha256="c" * 64, size_bytes=1)
        AdapterHistory(database).record_export(adapter.gguf_hash, report)
    resolvers = CatalogueResolvers(read_catalogue(database, home, ()))
    found = resolvers.base(describe_gguf(merged))
    assert found is not None
    assert Path(found.path) == base
    assert resolvers.base(describe_gguf(base)) is None
    base.unlink()
    assert resolvers.base(describe_gguf(merged)) is None  # nothing to hold it against any more


def test_that_saved_prompts_are_known_and_only_those_that_are_named_go_along(
    database: Database, home: WorkbenchPaths
) -> None:
    store = PromptStore(database)
    for name in ("one", "two"):
        for text in ("a", "b"):
            store.save_version(name, Prompt(blocks=(PromptBlock(role="user", text=text),)))
    catalogue = read_catalogue(database, home, ())
    assert len(catalogue.prompts) == 4
    named = ("saved:two", "saved:one@1", "saved:gone", "file.md")
    arms = tuple(ArmSpec(name=prompt, model="m", prompt=prompt) for prompt in named)
    spec = ComparisonSpec(name="x", questions="q.jsonl", arms=arms)
    needed = catalogue.needed_for(spec).prompts
    assert {(version.prompt_name, version.number) for version in needed} == {("two", 2), ("one", 1)}


def test_that_an_index_nobody_timed_is_not_known_and_not_free() -> None:
    resolvers = CatalogueResolvers(Catalogue(indexing_seconds={"timed": 12.5}))
    assert (resolvers.indexing_seconds("timed"), resolvers.indexing_seconds("other")) == (12.5, None)
