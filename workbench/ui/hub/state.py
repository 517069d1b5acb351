"""What “Get a model” shows. No Qt."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.llm.fit import Fit, FitVerdict
from workbench.llm.hub.catalog import Recommended
from workbench.llm.hub.downloading import WAITING
from workbench.llm.hub.types import DownloadReport, DownloadRequest, FileChoice, FoundRepository, RepositoryFiles
from workbench.llm.in_words import parameters_in_words, size_in_words
from workbench.naming import duration_in_words as in_words
from workbench.ui.trouble import Trouble

_INKS = {Fit.FITS: "good", Fit.TIGHT: "warn", Fit.WONT: "bad"}


class Phase(StrEnum):
    """Where a download is."""

    ASKING = "asking"
    """Which files there are."""
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    """Also after a crash or a stop from elsewhere: what is there is kept."""
    FAILED = "failed"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Entry:
    """A model that can be chosen: recommended by us, or found on the hub."""

    repository: str
    title: str
    parameters: int = 0
    licence: str = ""
    size_bytes: int = 0
    """Of the recommended file; 0 for what was found, which has several."""
    about: str = ""
    downloads: int = 0
    is_gated: bool = False
    verdict: FitVerdict | None = None
    recommended: Recommended | None = None

    @classmethod
    def of_recommended(cls, model: Recommended, verdict: FitVerdict) -> "Entry":
        return cls(
            repository=model.repository,
            title=model.title,
            parameters=model.parameters,
            licence=model.licence,
            size_bytes=model.size_bytes,
            about=model.good_for,
            verdict=verdict,
            recommended=model,
        )

    @classmethod
    def of_found(cls, found: FoundRepository) -> "Entry":
        return cls(
            repository=found.repository,
            title=found.repository,
            parameters=found.parameters,
            licence=found.licence,
            downloads=found.downloads,
            is_gated=found.is_gated,
        )

    @property
    def fit(self) -> str:
        return str(self.verdict.fit) if self.verdict is not None else ""

    @property
    def ink(self) -> str:
        return _INKS[self.verdict.fit] if self.verdict is not None else ""

    @property
    def terms(self) -> str:
        """The licence, and whether more is asked."""
        return f"{self.licence} (gated)" if self.is_gated else self.licence

    @property
    def facts(self) -> str:
        """ "494M parameters, apache-2.0, 676 MB"."""
        parts = [
            f"{parameters_in_words(self.parameters)} parameters" if self.parameters else "",
            f"licence {self.licence}" if self.licence else "licence not stated",
            f"{self.recommended.quantization}, {size_in_words(self.size_bytes)}" if self.recommended else "",
            f"{self.recommended.context_length:,} tokens of context" if self.recommended else "",
            f"{self.downloads:,} downloads in the last month" if self.downloads else "",
            "its terms must be accepted on the hub first" if self.is_gated else "",
        ]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the selected repository."""

    choice: FileChoice
    verdict: FitVerdict
    is_by_size: bool = False
    """The hub does not tell its shape, so the memory for its context is not counted."""

    @property
    def size(self) -> str:
        return size_in_words(self.choice.size_bytes)

    @property
    def fit(self) -> str:
        return str(self.verdict.fit)

    @property
    def memory(self) -> str:
        """Why it fits or not."""
        needed, free = size_in_words(self.verdict.needed_bytes), size_in_words(self.verdict.free_bytes)
        what = "without its context, which the hub does not tell" if self.is_by_size else "with its context"
        return f"about {needed} {what}; {free} of memory are free"

    @property
    def ink(self) -> str:
        return _INKS[self.verdict.fit]


@dataclass(frozen=True, slots=True)
class DownloadRow:
    """One download of this and of earlier starts."""

    key: str
    """Repository and file."""
    name: str
    phase: Phase
    request: DownloadRequest | None = None
    """None until the hub told which files there are."""
    job_id: str = ""
    done: float = 0.0
    total: float = 0.0
    label: str = ""
    seconds_left: float | None = None
    note: str = ""
    trouble: Trouble | None = None
    report: DownloadReport | None = None

    @property
    def is_live(self) -> bool:
        return self.phase in {Phase.ASKING, Phase.RUNNING, Phase.PAUSING}

    @property
    def can_pause(self) -> bool:
        return self.phase is Phase.RUNNING and bool(self.job_id)

    @property
    def can_resume(self) -> bool:
        return self.phase in {Phase.PAUSED, Phase.FAILED} and self.request is not None

    @property
    def figures(self) -> str:
        """ "412 MB of 1.1 GB, 5.2 MB/s, 2 min left"."""
        if self.phase is Phase.DONE:
            return f"{size_in_words(round(self.total))}, checksum right"
        if not self.total:
            return self.label
        parts = [f"{size_in_words(round(self.done))} of {size_in_words(round(self.total))}"]
        if self.phase is Phase.RUNNING and self.label.startswith(WAITING):
            parts.append(self.label)
        elif self.phase is Phase.RUNNING and self.seconds_left is not None:
            speed = (self.total - self.done) / max(self.seconds_left, 0.001)
            parts += [f"{size_in_words(round(speed))}/s"] if self.seconds_left >= 1 else []
            parts.append(f"about {in_words(self.seconds_left)} left")
        if self.phase is Phase.PAUSED:
            parts.append("paused")
        if self.phase is Phase.PAUSING:
            parts.append("pausing")
        if self.label.startswith("Checking"):
            parts = [f"{size_in_words(round(self.total))} are here", "checking the checksum"]
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class HubState:
    host: str = "huggingface.co"
    entries: tuple[Entry, ...] = ()
    query: str = ""
    """What the list answers; empty while the recommended ones are shown."""
    is_searching: bool = False
    selected: str = ""
    """Repository."""
    listed: RepositoryFiles | None = None
    """The files of the selected repository, once the hub was asked."""
    files: tuple[FileRow, ...] = ()
    selected_file: str = ""
    is_listing: bool = False
    downloads: tuple[DownloadRow, ...] = ()
    trouble: Trouble | None = None

    @property
    def entry(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.repository == self.selected), None)

    @property
    def file(self) -> FileRow | None:
        return next((row for row in self.files if row.choice.name == self.selected_file), None)

    @property
    def can_download(self) -> bool:
        entry = self.entry
        return not self.is_listing and (self.file is not None or (entry is not None and entry.recommended is not None))

    @property
    def heading(self) -> str:
        if self.is_searching:
            return f"Asking {self.host}…"
        if not self.query:
            return "Good small models, all under licences that allow any use"
        found = len(self.entries)
        return f"{found} model{'s' if found != 1 else ''} called “{self.query}” on {self.host}"
