"""Where an adapter comes from and what became of it: in values, and in lines for people."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.database import Database
from workbench.datasets.store import DatasetStore
from workbench.finetune.history_store import AdapterHistory, PastExport
from workbench.finetune.run_folder import RunFolder
from workbench.finetune.running import trainings_folder
from workbench.finetune.types import Adapter
from workbench.llm.in_words import size_in_words
from workbench.paths import WorkbenchPaths


class Lineage(Boundary):
    """What an adapter was made from, and what was made with it."""

    datasets: tuple[str, ...] = ()
    """Names of the saved data sets whose rows are exactly those that it was trained on."""
    run_folder: str = ""
    """Where its training kept its figures; empty when it is gone."""
    exports: tuple[PastExport, ...] = ()
    is_imported: bool = False
    """It was not trained here."""
    evaluations: int = 0
    comparisons: tuple[str, ...] = ()
    """Names of the comparisons in which it answered."""

    def lines(self) -> list[tuple[str, str]]:
        """(title, text) for people; what there is nothing of says so."""
        exports = [
            f"{past.report.path} ({past.report.format.value}, {size_in_words(past.report.size_bytes)}"
            f"{'' if Path(past.report.path).exists() else ', not there any more'})"
            for past in self.exports
        ]
        gone = "not known" if self.is_imported else "not saved here any more"
        return [
            ("Data set", ", ".join(self.datasets) or gone),
            ("Training run", self.run_folder or gone),
            ("Exports", "; ".join(exports) or "none"),
            ("Comparisons", ", ".join(self.comparisons) or "none"),
        ]


def trace(adapter: Adapter, database: Database, paths: WorkbenchPaths, comparisons: Sequence[str]) -> Lineage:
    """Look it up. `comparisons`: names, from the room that knows them."""
    history = AdapterHistory(database)
    same = [d.name for d in DatasetStore(database).list_datasets() if d.content_hash == adapter.dataset_hash]
    return Lineage(
        datasets=tuple(same) if adapter.dataset_hash else (),
        run_folder=_training_of(adapter, trainings_folder(paths)),
        exports=history.exports_of(adapter.gguf_hash),
        is_imported=bool(adapter.origin),
        evaluations=len(history.evaluations_of(adapter.gguf_hash)),
        comparisons=tuple(comparisons),
    )


def _training_of(adapter: Adapter, trainings: Path) -> str:
    """The folder of the training that made this adapter, whatever it is called by now; empty when it is gone."""
    for folder in sorted(trainings.glob("*"), key=lambda folder: folder.name != adapter.name):
        try:
            run = RunFolder.at(folder)
            report = run.finished_report() if run is not None else None
        except ValidationError:  # written by another version
            continue
        if report is not None and report.adapter is not None and report.adapter.gguf_hash == adapter.gguf_hash:
            return str(folder)
    return ""


def card_lines(adapter: Adapter) -> list[tuple[str, str]]:
    """(title, text) of everything on the card; of one from elsewhere only what is known."""
    base = f"{adapter.base_name} (SHA-256 {adapter.base_hash})" if adapter.base_hash else adapter.base_name
    file = ("File", f"{adapter.gguf_path} (SHA-256 {adapter.gguf_hash})")
    lines = [("Name", adapter.name), ("Base", base)]
    if adapter.origin:
        settings = f"rank {adapter.rank}, alpha {adapter.config.alpha:g}; how it was trained is not known"
        lines += [("Imported from", adapter.origin), ("Settings", settings), ("Imported on", adapter.created), file]
    else:
        versions = ", ".join(f"{name} {version}" for name, version in adapter.versions.items())
        lines += [
            ("Data", f"{adapter.dataset_name or '–'} (SHA-256 {adapter.dataset_hash or '–'})"),
            ("Rows", f"{adapter.rows:,}"),
            ("Settings", settings_in_words(adapter)),
            ("Layers", ", ".join(adapter.config.targets)),
            ("Steps", f"{adapter.steps:,} in {adapter.seconds:,.0f} s"),
            ("Loss", _loss(adapter)),
            ("Made with", versions or "not recorded"),
            ("Made on", adapter.created),
            file,
        ]
    if adapter.notes:
        lines.append(("Notes", adapter.notes))
    return lines


def settings_in_words(adapter: Adapter) -> str:
    """The settings that matter, in one line."""
    config = adapter.config
    return (
        f"rank {adapter.rank}, alpha {config.alpha:g}, dropout {config.dropout:g}, learning rate "
        f"{config.learning_rate:g} ({config.schedule.value}), {config.epochs} epochs, batch "
        f"{config.batch_size * config.gradient_accumulation}, {config.precision.value}, seed {config.seed}"
    )


def _loss(adapter: Adapter) -> str:
    parts = [f"{adapter.loss:.3f}" if adapter.loss is not None else "–"]
    if adapter.eval_loss is not None:
        parts.append(f"held-out {adapter.eval_loss:.3f}")
    return ", ".join(parts)
