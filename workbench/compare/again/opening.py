"""A written comparison that is opened for changing: its arms by what they were made of, where the file knows that."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.compare.again.repeating import repeat
from workbench.compare.again.run_folder import read_exact
from workbench.compare.arm_spec import ArmSpec
from workbench.compare.arm_types import Arm
from workbench.compare.catalogue import Catalogue, CatalogueResolvers
from workbench.compare.spec import ComparisonSpec, load_spec
from workbench.errors import WorkbenchError


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands in the file, and sentences about what it means here."""

    spec: ComparisonSpec
    notes: tuple[str, ...] = ()


def open_written(path: Path, catalogue: Catalogue) -> Opened:
    """Read the file. An exported one knows the content of its models, adapters and collections: they are found by it,
    under whatever name and wherever they lie, and what is another one than it was is said.

    Reads files, never the database. Raises WorkbenchError for a file that is no comparison.
    """
    spec = load_spec(path)
    if not spec.exact:
        return Opened(spec)
    spec, kept = spec.model_copy(update={"exact": ""}), read_exact(path, Path(spec.exact))
    if kept is None:
        return Opened(spec, (f"{path.name} or a file beside it was changed: models and adapters go by their names.",))
    try:
        found = repeat(kept.report, catalogue)
    except WorkbenchError as problem:
        return Opened(spec, (problem.message, "The rest goes by names."))
    naming = _Naming(catalogue)
    by_name = {arm.name: arm for arm in found.request.arms}
    arms = tuple(naming.renamed(arm, by_name.get(arm.name)) for arm in spec.arms)
    return Opened(spec.model_copy(update={"arms": arms}), (*found.changes, *naming.renamings()))


class _Naming:
    """Says what was found in the words of this data folder."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._resolvers = CatalogueResolvers(catalogue)
        self._renamings: dict[str, None] = {}

    def renamed(self, written: ArmSpec, found: Arm | None) -> ArmSpec:
        if found is None:
            return written
        model = self._model(written.model, found)
        adapter = self._adapter(found) if written.adapter and found.adapter is not None else written.adapter
        for kind, before, now in (("model", written.model, model), ("adapter", written.adapter, adapter)):
            if before != now:
                self._renamings[f"The {kind} “{before}” is “{now}” here."] = None
        return written.model_copy(update={"model": model, "adapter": adapter})

    def renamings(self) -> Iterator[str]:
        yield from self._renamings

    def _model(self, name: str, found: Arm) -> str:
        """The name, where it means that very file here; else the file's path."""
        if found.model.endpoint is not None:
            return name
        try:
            return name if self._resolvers.model(name).path == found.model.path else found.model.path
        except WorkbenchError:
            return found.model.path

    def _adapter(self, found: Arm) -> str:
        assert found.adapter is not None
        path = found.adapter.path
        return next((known.name for known in self._catalogue.adapters if known.gguf_path == path), path)
