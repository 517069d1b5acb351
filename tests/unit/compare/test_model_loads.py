"""A comparison loads each model as the user wants that model loaded."""

from pathlib import Path

from tests.llm_models import write_tiny_gguf
from workbench.compare.catalogue import read_catalogue, resolve_from
from workbench.compare.spec import load_spec
from workbench.database import Database
from workbench.llm.library import describe_gguf
from workbench.llm.store import ModelSettingsStore
from workbench.llm.types import LoadChanges, LoadConfig
from workbench.paths import WorkbenchPaths


def test_that_arms_find_models_by_their_new_names_and_load_them_as_is_remembered(
    database: Database, home: WorkbenchPaths, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    for number in (1, 2):
        write_tiny_gguf(tmp_path / f"models/{number}.gguf", seed=number)
    key = describe_gguf(tmp_path / "models/1.gguf").content_key
    memory = ModelSettingsStore(database)
    memory.rename(key, "My model")
    memory.save(key, LoadChanges(context_length=333))
    (tmp_path / "q.jsonl").write_text('{"question": "1+1?", "answers": ["2"]}\n')
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "name: n\nquestions: q.jsonl\nmetrics: [exact_match]\n"
        "arms:\n  - {name: one, model: My model}\n  - {name: two, model: '2'}\n"
    )
    catalogue = read_catalogue(database, home, [tmp_path / "models"])
    request = resolve_from(catalogue, load_spec(spec), load=LoadConfig(context_length=777)).request
    assert [request.load_for(arm.model).context_length for arm in request.arms] == [333, 777]
    assert [Path(arm.model.path).name for arm in request.arms] == ["1.gguf", "2.gguf"]
