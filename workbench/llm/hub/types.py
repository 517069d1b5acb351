"""What the hub has, what is wanted of it, and what became of that."""

from workbench.boundary import Boundary
from workbench.llm.types import ModelRef


class FoundRepository(Boundary):
    """A repository with GGUF files, as a search finds it."""

    repository: str
    """"owner/name"."""
    downloads: int = 0
    """In the last 30 days."""
    likes: int = 0
    licence: str = ""
    parameters: int = 0
    architecture: str = ""
    context_length: int = 0
    is_gated: bool = False
    """Its files are given only to people who accepted its terms on the hub and sign in."""


class RemoteFile(Boundary):
    """One file of a repository with what proves that it arrived whole."""

    name: str
    """Path inside the repository, with forward slashes."""
    size_bytes: int
    sha256: str = ""
    """Of files in large-file storage, which models practically always are."""
    git_blob: str = ""
    """The object name in git (SHA-1 of a header and the content), for files that are stored in git itself."""


class FileChoice(Boundary):
    """What is downloaded together: one GGUF file, or all parts of a split one."""

    name: str
    """The file's name; of a split model without the mark of the part."""
    quantization: str = ""
    files: tuple[RemoteFile, ...]

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


class RepositoryFiles(Boundary):
    """The GGUF files of a repository at one moment of its history."""

    repository: str
    revision: str
    """The commit: what is downloaded later is exactly what was listed."""
    licence: str = ""
    parameters: int = 0
    architecture: str = ""
    context_length: int = 0
    is_gated: bool = False
    choices: tuple[FileChoice, ...] = ()
    """Smallest first."""
    refused: tuple[str, ...] = ()
    """Names that no file of ours may have."""


class SearchRequest(Boundary):
    hub: str
    """Address of the hub, like "https://huggingface.co"."""
    query: str
    limit: int = 30


class SearchReport(Boundary):
    query: str
    found: tuple[FoundRepository, ...]


class ListFilesRequest(Boundary):
    hub: str
    repository: str
    revision: str = "main"


class Patience(Boundary):
    """How long a download waits for the network before it gives up for now."""

    connect_seconds: float = 15.0
    silence_seconds: float = 30.0
    """Longest pause within a transfer."""
    first_wait_seconds: float = 1.0
    """Before the second attempt; doubled for each further one that brought nothing."""
    longest_wait_seconds: float = 60.0
    attempts: int = 6
    """In a row that brought nothing."""


class DownloadRequest(Boundary):
    hub: str
    repository: str
    revision: str
    files: tuple[RemoteFile, ...]
    models_folder: str
    quantization: str = ""
    licence: str = ""
    patience: Patience = Patience()

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


class DownloadNote(Boundary):
    """Something the person should know while it goes on: "begins anew because the file changed"."""

    text: str


class DownloadReport(Boundary):
    finished: bool
    """False after a pause: what is there is kept, and the same request goes on from it."""
    path: str = ""
    """The (first) file, once it is in the library."""
    model: ModelRef | None = None
    size_bytes: int = 0
    kept_bytes: int = 0
    """What is there after a pause."""
    fetched_bytes: int = 0
    """What this run got over the network."""
    resumed_at: int = 0
    """Bytes that were there when it began."""
    notes: tuple[str, ...] = ()


class DiscardRequest(Boundary):
    """Forget an unfinished download and what is there of it."""

    download: DownloadRequest
