"""The hash of the selected model, computed in the background where it is not known. No Qt."""

from pathlib import Path

from workbench.jobs.events import Finished, JobEvent, LastWord, Progressed
from workbench.jobs.spec import JobHandle, JobSpec
from workbench.llm.file_hash import together
from workbench.llm.model_files import files_of
from workbench.llm.tasks import HASH_FILES, HashFilesReport, HashFilesRequest
from workbench.llm.types import ModelRef
from workbench.ui.board import Running
from workbench.ui.models.board import Board, Surroundings


class HashPart:
    """One job at a time, for the model that is looked at: nobody wants a whole disk read for its own sake."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board, self._around = board, around
        self._handle: JobHandle | None = None
        self._about = ""
        """The path of the model that the job reads."""
        self._failed: set[str] = set()
        self._is_stopping = False

    def follow_selection(self) -> None:
        """Show the hash of the selected model; have it computed when nobody did that yet."""
        row = self._board.state.row
        if row is None or row.model.problem:
            self._board.show(sha256="", hashing=None)
            self._stop()
            return
        files = files_of(row.model)
        known = [self._around.known_hash(path) for path in files]
        if known and all(known):
            self._board.show(sha256=together(known), hashing=None)
            self._stop()
        elif self._handle is None:
            self._begin(row.model, files)
        elif self._about != row.model.path:
            self._board.show(sha256="", hashing=None)
            self._stop()  # its last word begins anew with what is selected then

    def _begin(self, model: ModelRef, files: list[Path]) -> None:
        is_wanted = bool(files) and model.path not in self._failed
        self._board.show(sha256="", hashing=Running("Waiting") if is_wanted else None)
        if not is_wanted:
            return
        self._about = model.path
        request = HashFilesRequest(paths=tuple(str(path) for path in files))
        spec = JobSpec(
            task=HASH_FILES, params=request.model_dump(mode="json"), title=f"Hash {model.name}", background=True
        )
        self._handle = self._around.jobs.submit(spec, self._on_event)

    def _stop(self) -> None:
        if self._handle is not None and not self._is_stopping:
            self._is_stopping = True
            self._handle.cancel()

    def _on_event(self, event: JobEvent) -> None:
        row = self._board.state.row
        is_shown = row is not None and row.model.path == self._about
        if isinstance(event, Progressed) and is_shown:
            self._board.show(hashing=Running(event.label, event.done, event.total))
        if not isinstance(event, LastWord):
            return
        was_stopped, self._handle, self._is_stopping = self._is_stopping, None, False
        if not isinstance(event, Finished):
            if is_shown and not was_stopped:  # cancelled in the list of jobs, or unreadable: not tried again by itself
                self._failed.add(self._about)
                self._board.show(hashing=None)
                return
        elif is_shown:
            hashes = [file.sha256 for file in HashFilesReport.model_validate(event.result).files]
            self._board.show(sha256=together(hashes), hashing=None)
            return
        self.follow_selection()
