"""From a list of files on the hub to a model in the library: space, transfer, checksum, header, and only then a name.

A file is visible to the library after a rename, which happens when its bytes are proven and on the disk. Everything
before that lies in `models/.partial` and survives a pause, a crash and a power cut.
"""

import hashlib
import os
import shutil
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobCancelled, JobContext
from workbench.llm.hub.access import find_token, new_client
from workbench.llm.hub.names import check_repository
from workbench.llm.hub.partial import Part, PartialFolder, content_of
from workbench.llm.hub.transfer import Transfer
from workbench.llm.hub.types import DownloadNote, DownloadReport, DownloadRequest, RemoteFile
from workbench.llm.hub.wish import DiscardRequested, PauseRequested, Wish
from workbench.llm.in_words import size_in_words
from workbench.llm.library import describe_gguf

if TYPE_CHECKING:
    import httpx2

MARGIN_BYTES = 200_000_000
"""Left free on the disk: a system without any space is no fun."""
WAITING = "Waiting for the hub"
"""So begins the label while it waits for the network."""
_TELL_SECONDS = 0.5
_BLOCK_BYTES = 4 * 1024 * 1024


class Download:
    """One run of a download."""

    def __init__(self, context: JobContext, request: DownloadRequest) -> None:
        self._context, self._request = context, request
        self._folder = PartialFolder.for_request(request)
        self._wish = Wish(context)
        self._token = ""
        self._done = self._fetched = self._resumed_at = 0
        self._next_tell = 0.0
        self._lately: deque[tuple[float, int]] = deque(maxlen=12)
        self._notes: list[str] = []

    def run(self) -> DownloadReport:
        """Until all is in the library, or the person wants otherwise. Raises WorkbenchError, JobCancelled."""
        self._folder.create()
        if not self._folder.lock.try_acquire():
            raise WorkbenchError(
                f"{self._name} is being downloaded already.", hint="It shows under Jobs.", code="already_downloading"
            )
        try:
            return self._go_on()
        except PauseRequested:
            return DownloadReport(
                finished=False,
                size_bytes=self._request.size_bytes,
                kept_bytes=sum(self._folder.part(file).kept_bytes for file in self._request.files),
                fetched_bytes=self._fetched,
                resumed_at=self._resumed_at,
                notes=tuple(self._notes),
            )
        except DiscardRequested:
            self._folder.remove()
            raise JobCancelled from None
        finally:
            self._folder.lock.release()

    def _go_on(self) -> DownloadReport:
        files = [file for file in self._request.files if not self._is_here(file)]
        parts = [self._folder.part(file) for file in files]
        self._look_at_versions(parts)
        self._folder.remember(self._request)
        self._done = self._resumed_at = sum(part.kept_bytes for part in parts)
        self._check_space(parts)
        self._tell("Connecting", at_once=True)
        self._token = find_token(self._request.hub)
        with new_client(self._request.hub, self._request.patience) as client:
            for part in parts:
                self._fetch(part, lambda part: self._transfer(client, part))
        self._check_models(parts)
        self._move(parts)
        return self._report()

    def _fetch(self, part: Part, transfer: Callable[[Part], Transfer]) -> None:
        """Transfer and prove; bytes that are not what the hub promised are fetched once more, then given up."""
        for is_last in (False, True):
            part.open()
            try:
                transfer(part).run()
                part.sync()
            except BaseException:
                # Whatever ends it here (also a pause): what arrived is safe. A full disk cannot promise even that.
                _sync_if_possible(part)
                raise
            finally:
                part.close()
            if self._is_right(part.path, part.wanted):
                return
            self._done -= part.length
            part.remove()
            if is_last:
                raise WorkbenchError(
                    f"{part.wanted.name} arrived damaged twice: its checksum is not the one that the hub lists.",
                    hint="Nothing of it was kept. Try again on another network, or choose another file.",
                    code="checksum_differs",
                )
            self._note(f"{part.wanted.name} arrived damaged: its checksum differs. It is fetched once more.")

    def _transfer(self, client: "httpx2.Client", part: Part) -> Transfer:
        return Transfer(
            client,
            self._request,
            part,
            token=self._token,
            wish=self._wish,
            on_bytes=self._advance,
            on_note=self._note,
            on_wait=self._wait,
        )

    # -- before -------------------------------------------------------------------------------------------------------

    def _is_here(self, file: RemoteFile) -> bool:
        """Whether this very file is in the library already. Another one of its name is never overwritten."""
        target = self._target(file)
        if not target.exists():
            return False
        if target.is_file() and target.stat().st_size == file.size_bytes and self._is_right(target, file):
            return True
        raise WorkbenchError(
            f"There is another {target.name} in the library already.",
            hint=f"Rename or delete {target} first.",
            code="file_in_the_way",
        )

    def _look_at_versions(self, parts: list[Part]) -> None:
        for part in parts:
            if not content_of(part.wanted):
                raise WorkbenchError(
                    f"The hub tells no checksum of {part.wanted.name}: nobody could say whether it arrives whole.",
                    code="no_checksum",
                )
            if part.was_of_another_version:
                self._note(f"{part.wanted.name} changed on the hub since this download was begun: it begins anew.")

    def _check_space(self, parts: list[Part]) -> None:
        missing = sum(part.wanted.size_bytes for part in parts) - self._done
        free = shutil.disk_usage(self._folder.folder).free
        if missing and missing + MARGIN_BYTES > free:
            raise WorkbenchError(
                f"{self._name} needs {size_in_words(missing)} more on the disk, and {size_in_words(free)} are free.",
                hint="Free some space, or choose a smaller quantization. Nothing was downloaded.",
                code="disk_full",
            )

    # -- after --------------------------------------------------------------------------------------------------------

    def _is_right(self, path: Path, file: RemoteFile) -> bool:
        """Compare the checksum of what is on the disk with the one that the hub lists."""
        digest = hashlib.sha256() if file.sha256 else hashlib.sha1(usedforsecurity=False)
        if not file.sha256:
            digest.update(b"blob %d\0" % file.size_bytes)  # how git names an object
        size = 0
        with path.open("rb") as opened:
            while block := opened.read(_BLOCK_BYTES):
                self._wish.check()
                digest.update(block)
                size += len(block)
                self._tell(f"Checking {file.name}")
        return size == file.size_bytes and digest.hexdigest() == (file.sha256 or file.git_blob)

    def _check_models(self, parts: list[Part]) -> None:
        """Right bytes of a wrong file stay out of the library too."""
        if not parts or len(parts) != len(self._request.files):
            return  # the rest is in the library already, and was looked at together with it
        described = describe_gguf(parts[0].path)
        if described.problem:
            self._folder.remove()
            raise WorkbenchError(
                described.problem, hint="The file on the hub is so: choose another one.", code="model_unusable"
            )

    def _move(self, parts: list[Part]) -> None:
        """Into the library, each file by one rename. The folder of the download is gone afterwards."""
        for part in parts:
            target = self._target(part.wanted)
            target.parent.mkdir(parents=True, exist_ok=True)
            part.path.replace(target)
            _sync_folder(target.parent)
        self._folder.remove()

    def _report(self) -> DownloadReport:
        first = self._target(self._request.files[0])
        return DownloadReport(
            finished=True,
            path=str(first),
            model=describe_gguf(first, source="this program"),
            size_bytes=self._request.size_bytes,
            kept_bytes=self._request.size_bytes,
            fetched_bytes=self._fetched,
            resumed_at=self._resumed_at,
            notes=tuple(self._notes),
        )

    def _target(self, file: RemoteFile) -> Path:
        folder = Path(self._request.models_folder, *check_repository(self._request.repository).split("/"))
        return folder / PurePosixPath(file.name)

    # -- what people hear ---------------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return PurePosixPath(self._request.files[0].name).name

    def _advance(self, count: int) -> None:
        self._done += count
        self._fetched += max(0, count)
        self._tell(f"Downloading {self._name}{self._speed()}")

    def _wait(self, seconds: float) -> None:
        self._lately.clear()
        self._tell(f"{WAITING}, tries again in {max(1, round(seconds))} s", at_once=True)

    def _speed(self) -> str:
        """ ", 5.2 MB/s": of the last seconds; "" at the beginning."""
        if len(self._lately) < 2:
            return ""
        (begun, before), (ended, after) = self._lately[0], self._lately[-1]
        return f", {size_in_words(round((after - before) / max(ended - begun, 0.001)))}/s"

    def _tell(self, label: str, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now >= self._next_tell:
            self._next_tell = now + _TELL_SECONDS
            self._lately.append((now, self._fetched))
            self._context.progress(self._done, self._request.size_bytes, label)

    def _note(self, text: str) -> None:
        self._notes.append(text)
        self._context.produce(DownloadNote(text=text))


def _sync_if_possible(part: Part) -> None:
    try:
        part.sync()
    except OSError:
        return  # the journal names what was safe before


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut; Windows has no such call and needs none."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
