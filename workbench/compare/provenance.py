"""What a report keeps beside the measurements, so that it can be repeated: the request, the indexes, the machine."""

from typing import Any

from workbench.compare.environment import read_environment
from workbench.compare.types import CompareRequest
from workbench.rag.index_print import IndexPrint, read_index_print


def provenance_of(request: CompareRequest) -> dict[str, Any]:
    """The fields `request`, `indexes` and `environment` of the report; call it before the first search."""
    seen = tuple(place.model_copy(update={"rows": ()}) for place in request.seen)
    kept = request.model_copy(update={"examples": (), "seen": seen, "written": ""})
    return {"request": kept, "indexes": index_prints(request), "environment": read_environment()}


def index_prints(request: CompareRequest) -> dict[str, IndexPrint]:
    """What the collections of the arms hold now, by name; those without a journal are left out."""
    collections = {arm.collection.name: arm.collection for arm in request.arms if arm.collection is not None}
    prints = {name: read_index_print(collection) for name, collection in collections.items()}
    return {name: found for name, found in prints.items() if found is not None}
