"""The bytes of one file inside another: a PDF in an archive, what is attached to a mail. The disk is not written to."""

from workbench.errors import WorkbenchError
from workbench.rag.loaders import load_by_content
from workbench.rag.loaders.parsed import Parsed, Reading

_NOTHING = Parsed(pages=())


def extract(data: bytes, name: str, member: str, password: str = "") -> bytes:
    """What lies in the file `name` and is called `member` there, as it is called when all of it is read, within the
    same limits. What lies beside it is not unpacked. Raises WorkbenchError."""
    taker = _Taker()
    try:
        read = load_by_content(data, name, Reading(password, wanted=member), taker)
    except WorkbenchError:
        if taker.found is None:
            raise
        return taker.found
    if taker.found is None:
        raise WorkbenchError(
            f"{member} was not found in {name}.",
            hint="Its text was kept and is shown instead.",
            details="\n".join(read.warnings),
            code="no_member",
        )
    return taker.found


class _Taker:
    """Stands where what lies inside a file is read: goes on into that in which the wanted one lies, and keeps that."""

    def __init__(self) -> None:
        self.found: bytes | None = None

    def __call__(self, data: bytes, name: str, how: Reading) -> Parsed:
        if how.wanted:
            return load_by_content(data, name, how, self)
        self.found = data
        return _NOTHING
