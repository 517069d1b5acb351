"""Where the work of tunings is kept, and that it goes when a document is purged."""

import shutil
from pathlib import Path

from workbench.jobs.journal_file import read_object

FOLDER = "tunings"
"""In the data folder: one folder per tuning that is not yet recorded."""
REQUEST = "request.json"


def forget_unfinished(home: Path, collection: str) -> None:
    """A purge: unfinished tunings hold texts and questions of the documents."""
    for path in (home / FOLDER).glob(f"*/{REQUEST}"):
        held = read_object(path).get("collection")
        if isinstance(held, dict) and held.get("name") == collection:
            shutil.rmtree(path.parent, ignore_errors=True)
