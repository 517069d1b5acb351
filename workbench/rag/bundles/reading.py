"""Opening an exported collection, which may come from anybody: nothing of it is believed before it was checked."""

import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.rag.bundles.types import DOCUMENTS, FORMAT, KNOWLEDGE, MANIFEST, VECTOR_ORDER, VECTORS, VERSION, Manifest

MAX_MANIFEST_BYTES = 16 << 20
MAX_RATIO = 400
"""What is packed tighter is a bomb: texts shrink to a tenth, the same word over and over to a few hundredths."""
_SMALL = 32 << 20
"""Below so much the ratio does not matter."""
_PART = 1 << 20
_KNOWN = {DOCUMENTS, VECTORS, VECTOR_ORDER, KNOWLEDGE}


class BundleReader:
    """A bundle whose list of contents fits its manifest. Use with `with`."""

    def __init__(self, path: Path) -> None:
        """Raises WorkbenchError when it is no exported collection, or not one that can be read in."""
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise WorkbenchError(f"There is no file {path}.", hint="Check the path.", code="no_file") from error
        except OSError as error:
            raise WorkbenchError(f"{path.name} cannot be read: {error.strerror}.", code="unreadable") from error
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise self._strange("it is no ZIP file, or not all of it is there", str(error)) from error
        try:
            self.manifest = self._read_manifest()
            self._check_members()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    @property
    def has_vectors(self) -> bool:
        return VECTORS in self.manifest.files

    def extract(self, name: str, target: Path, check_cancelled: Callable[[], None]) -> None:
        """Copy a member to a file, never more than its manifest says, and compare its hash.

        Raises WorkbenchError when it is not what the manifest says.
        """
        wanted = self.manifest.files[name]
        total, size = hashlib.sha256(), 0
        try:
            with self._zip.open(name) as packed, target.open("wb") as out:
                while part := packed.read(_PART):
                    check_cancelled()
                    size += len(part)
                    if size > wanted.size_bytes:
                        raise self._strange(f"{name} is longer than it says")
                    total.update(part)
                    out.write(part)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            raise self._strange(f"{name} is damaged", str(error)) from error
        except ValueError as error:
            raise self._strange(f"{name} is damaged", str(error)) from error
        if size != wanted.size_bytes or total.hexdigest() != wanted.sha256:
            raise self._strange(f"{name} is not what was written when it was exported")

    def _read_manifest(self) -> Manifest:
        try:
            info = self._zip.getinfo(MANIFEST)
        except KeyError as error:
            raise self._strange("it holds no manifest.json") from error
        if info.file_size > MAX_MANIFEST_BYTES:
            raise self._strange("its manifest is too big")
        try:
            with self._zip.open(info) as packed:
                text = _read_at_most(packed, MAX_MANIFEST_BYTES)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise self._strange("its manifest is damaged", str(error)) from error
        self._refuse_version(text)
        try:
            return Manifest.model_validate_json(text)
        except ValidationError as error:
            raise self._strange("its manifest cannot be understood", str(error)) from error

    def _refuse_version(self, text: bytes) -> None:
        import json

        try:
            said = json.loads(text)
            form, version = said["format"], int(said["version"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._strange("its manifest cannot be understood", str(error)) from error
        if form != FORMAT:
            raise self._strange("it is of another program")
        if version > VERSION:
            raise WorkbenchError(
                f"{self._path.name} was written by a newer version of the program.",
                hint="Update this program, then import it again.",
                code="newer_version",
            )

    def _check_members(self) -> None:
        names = [info.filename for info in self._zip.infolist()]
        files = self.manifest.files
        if sorted(names) != sorted([MANIFEST, *files]) or not files.keys() <= _KNOWN or DOCUMENTS not in files:
            raise self._strange("it holds other files than its manifest says", ", ".join(names[:20]))
        if (VECTORS in files) != (VECTOR_ORDER in files):
            raise self._strange("it holds half of its vectors")
        for name, member in files.items():
            info = self._zip.getinfo(name)
            if info.flag_bits & 1 or info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise self._strange(f"{name} is encrypted or packed in another way")
            if info.file_size != member.size_bytes:
                raise self._strange(f"{name} has another size than its manifest says")
            if info.file_size > _SMALL and info.file_size > MAX_RATIO * max(1, info.compress_size):
                raise WorkbenchError(
                    f"{self._path.name} would unpack to far more than it can honestly hold.",
                    hint="It is not read. Export the collection again where it came from.",
                    code="bomb",
                )

    def check_space(self, folder: Path) -> None:
        """Raises WorkbenchError when the disk has no room for what is unpacked and the index that is built of it."""
        needed = 3 * sum(member.size_bytes for member in self.manifest.files.values())
        free = shutil.disk_usage(folder).free
        if needed > free:
            raise WorkbenchError(
                f"“{self.manifest.name}” needs about {needed / 1e9:.1f} GB, and the disk has {free / 1e9:.1f} GB left.",
                hint="Free some space and import it again.",
                code="disk_full",
            )

    def _strange(self, why: str, details: str = "") -> WorkbenchError:
        return WorkbenchError(
            f"{self._path.name} cannot be imported: {why}.",
            hint="Export the collection again where it came from.",
            details=details,
            code="bad_bundle",
        )


def _read_at_most(file: IO[bytes], limit: int) -> bytes:
    text = file.read(limit + 1)
    if len(text) > limit:
        raise ValueError("it is longer than it says")
    return text


def read_manifest(path: Path) -> Manifest:
    """What a bundle says of itself. Raises WorkbenchError when it is none."""
    with BundleReader(path) as bundle:
        return bundle.manifest
