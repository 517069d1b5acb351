"""Server-sent events: the lines of a streamed answer, each with a limit."""

from collections.abc import AsyncIterator

LONGEST_LINE = 1 << 20
DONE = "[DONE]"


class LineTooLongError(Exception):
    """A line has no end within `LONGEST_LINE` bytes."""


class NoEventsError(Exception):
    """What came is no stream of events; holds its beginning."""


async def read_data(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The data of every event as it comes. Other fields and comments are passed over.

    A line ends with LF or CR LF. An event that lacks nothing but the empty line after it is told too.
    Raises LineTooLongError, NoEventsError.
    """
    data: list[str] = []
    async for line in _lines(chunks):
        name, _, value = line.partition(":")
        if not line:
            if data:
                yield "\n".join(data)
                data = []
        elif name == "data":
            data.append(value.removeprefix(" "))
            if sum(map(len, data)) > LONGEST_LINE:
                raise LineTooLongError
        elif name not in {"", "event", "id", "retry"}:
            raise NoEventsError(line[:200])
    if data:
        yield "\n".join(data)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Whole lines; what the connection's end cut off is no line."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        if b"\n" in chunk:
            *lines, rest = bytes(held).split(b"\n")
            held = bytearray(rest)
            for line in lines:
                yield line.removesuffix(b"\r").decode("utf-8", "replace")
        if len(held) > LONGEST_LINE:
            raise LineTooLongError
