"""What makes two indexes of a collection alike, and the mark of one that is being built."""

import json
from pathlib import Path

from workbench.rag.types import CollectionRef

UNFINISHED = "building.json"
"""In the folder of an index that is being built: its kind. An index of another kind does not go on from it."""

ARRIVING = "arriving"
"""In the folder of a collection that the database does not know yet: it is being imported or copied."""
EXPORTING = "export-"
"""How files in the folder of a collection begin that an export reads."""


def is_unfinished(folder: Path) -> bool:
    """Whether an index is still being built there."""
    return (folder / UNFINISHED).exists()


def kind_of(target: CollectionRef) -> str:
    """What an index must share with another one to be of the same kind, as JSON."""
    parts = {
        "embedder": target.embedder.identity,
        "chunking": target.chunking.model_dump(mode="json"),
        "language": target.language.value,
    }
    return json.dumps(parts, sort_keys=True)
