"""Where raw text comes from on the command line: a folder or file, a collection of documents, a saved data set."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.datasets.types import Dataset

SHOWN_PROBLEMS = 5


def text_dataset(source: str, place: Workplace, output: Output) -> "Dataset":
    """The text as a saved data set, a document each row."""
    from workbench.datasets.store import DatasetStore
    from workbench.finetune.text_folder import GatherReport, GatherRequest, documents_dataset, gather_spec
    from workbench.rag.store import CollectionStore

    store = DatasetStore(place.database)
    path = Path(source).expanduser()
    if not path.exists():
        if saved := store.find(source):
            return saved
        collections = CollectionStore(place.database, place.paths)
        if collections.find(source) is not None:
            output.note(f"Reading the documents of “{source}”.")
            documents = ((found.name, [page.text for page in found.pages]) for found in collections.texts.all(source))
            made = documents_dataset(documents, f"{source} text", store.folder, f"collection {source}")
            return store.record_new(made)
        raise WorkbenchError(
            f"There is no folder, file, collection or data set “{source}”.",
            hint="Give the path of a folder with text files, or a name.",
            code="no_text",
        )
    request = GatherRequest(name=f"{path.resolve().name} text", path=str(path.absolute()), folder=str(store.folder))
    report = GatherReport.model_validate(place.run(gather_spec(request)))
    output.note(f"{path.name}: {report.dataset.row_count} documents, {report.characters:,} characters.")
    for problem in report.problems[:SHOWN_PROBLEMS]:
        output.note(f"  {problem.message}")
    return store.record_new(report.dataset)
