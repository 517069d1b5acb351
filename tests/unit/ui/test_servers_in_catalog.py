"""Models on servers beside those of this computer, for the tabs that ask questions."""

from pathlib import Path

from tests.fakes import FakeJobs
from workbench.llm.endpoints.types import Endpoint
from workbench.llm.tasks import ScanModelsReport
from workbench.llm.types import ModelRef
from workbench.settings import LlmSettings
from workbench.ui.models.catalog import ModelCatalog

FAR = Endpoint(name="far", base_url="https://api.example.com/v1", model="m")
NEAR = ModelRef(name="near", path="/m/near.gguf", content_key="k")


def test_that_servers_can_be_asked_but_are_no_files_of_this_computer() -> None:
    jobs, known = FakeJobs(), [FAR]
    catalog = ModelCatalog(jobs, Path("/w"), tuple, endpoints=lambda: known)
    told: list[list[str]] = []
    catalog.subscribe(lambda: told.append([model.name for model in catalog.answering]))
    catalog.refresh()
    jobs.last.finish(ScanModelsReport(models=(NEAR,)))
    assert [model.name for model in catalog.models] == ["near"]
    known.append(FAR.model_copy(update={"name": "near"}))
    catalog.list_again()
    assert told[-2:] == [["near", "far"], ["near", "far", "near (api.example.com)"]]
    found = catalog.find("far")
    assert found is not None and found.endpoint == FAR
    assert catalog.load_config(found, LlmSettings()).context_length == 2048
