"""Jobs that write a collection into a file, read one in, and copy one."""

from pathlib import Path

from workbench.jobs.context import JobContext
from workbench.rag.bundles.exporting import Exporter
from workbench.rag.bundles.importing import Importer
from workbench.rag.bundles.types import (
    DuplicateReport,
    DuplicateRequest,
    ExportReport,
    ExportRequest,
    ImportReport,
    ImportRequest,
)
from workbench.rag.maintenance import copy_index

EXPORT = "workbench.rag.bundles.tasks:export"
IMPORT = "workbench.rag.bundles.tasks:import_collection"
DUPLICATE = "workbench.rag.bundles.tasks:duplicate"


def export(context: JobContext, request: ExportRequest) -> ExportReport:
    """Write a collection into one file, which is there whole or not at all."""
    return Exporter(context, request).run()


def import_collection(context: JobContext, request: ImportRequest) -> ImportReport:
    """Read a collection in from a file that anybody may have made. `workbench.recording` puts it into the database."""
    return Importer(context, request).run()


def duplicate(context: JobContext, request: DuplicateRequest) -> DuplicateReport:
    """Write the index of a collection anew in another folder. `workbench.recording` copies what the database holds."""
    chunks = copy_index(
        context,
        Path(request.index_folder),
        Path(request.new_index_folder),
        request.dimension,
        request.language,
        frozenset(request.without),
    )
    return DuplicateReport(chunks=chunks)
