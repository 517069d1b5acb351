"""An overlay of two comparisons of the history."""

from workbench.compare.overlay.laying import overlay, side_of
from workbench.compare.overlay.types import Overlay
from workbench.compare.store import ComparisonStore
from workbench.errors import WorkbenchError


def overlay_stored(store: ComparisonStore, before: int, after: int) -> Overlay:
    """Reads both whole, which takes a moment for large ones: not for the UI thread. Raises WorkbenchError."""
    if before == after:
        raise WorkbenchError("That is the same comparison twice.", hint="Choose two.", code="same_twice")
    old, new = store.entry(before), store.entry(after)
    first, second = store.get(before), store.get(after)
    return overlay(
        first,
        second,
        side_before=side_of(first, number=old.id, name=old.name, created=old.created),
        side_after=side_of(second, number=new.id, name=new.name, created=new.created),
    )
