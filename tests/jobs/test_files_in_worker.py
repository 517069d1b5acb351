"""Copies and hashes of model files in real worker processes."""

from pathlib import Path

from tests.jobs.conftest import PATIENCE_SECONDS, Heard, wait_until_gone
from tests.llm_models import write_tiny_gguf
from workbench.database import Database
from workbench.jobs.events import Cancelled, Finished, Progressed, Started
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.llm.file_hash import file_hash
from workbench.llm.library import describe_gguf
from workbench.llm.quantizing import QuantizationType, QuantizeReport, quantize_spec
from workbench.llm.store import FileHashStore
from workbench.llm.tasks import HASH_FILES, HashFilesRequest
from workbench.paths import WorkbenchPaths
from workbench.recording import recorder


def test_that_a_copy_that_is_cancelled_half_way_ends_its_process_and_leaves_nothing(
    home: WorkbenchPaths, tmp_path: Path
) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "m.gguf", width=1024, heads=8, heads_kv=8, blocks=6))
    runner = JobRunner(home, grace_seconds=60)  # force would come too late for this test
    heard = Heard()
    handle = runner.submit(quantize_spec(model, QuantizationType.Q2_K, home.models / "copy.gguf"), heard)
    heard.wait_for(lambda event: isinstance(event, Progressed) and event.total > 0)
    handle.cancel()
    assert isinstance(handle.wait(PATIENCE_SECONDS), Cancelled)
    wait_until_gone(heard.of_type(Started)[0].pid)
    assert list(home.models.iterdir()) == []
    runner.shutdown()


def test_that_a_copy_is_whole_when_it_is_seen(runner: JobRunner, home: WorkbenchPaths, tmp_path: Path) -> None:
    model = describe_gguf(write_tiny_gguf(tmp_path / "m.gguf"))
    handle = runner.submit(quantize_spec(model, QuantizationType.Q8_0, home.models / "copy.gguf"), Heard())
    word = handle.wait(PATIENCE_SECONDS)
    assert isinstance(word, Finished), word
    assert QuantizeReport.model_validate(word.result).model == describe_gguf(home.models / "copy.gguf")


def test_that_a_hash_is_recorded_for_the_file_as_it_was(
    runner: JobRunner, home: WorkbenchPaths, database: Database, tmp_path: Path
) -> None:
    path = write_tiny_gguf(tmp_path / "m.gguf")
    request = HashFilesRequest(paths=(str(path),))
    spec = JobSpec(task=HASH_FILES, params=request.model_dump(mode="json"), background=True)
    assert isinstance(runner.submit(spec, recorder(database, spec)).wait(PATIENCE_SECONDS), Finished)
    assert FileHashStore(database).find(path) == file_hash(path)
    path.write_bytes(b"other")
    assert FileHashStore(database).find(path) == ""
