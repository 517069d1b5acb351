"""What the app says to a worker, and the limits of one line in either direction (JSON lines, never pickle)."""

from typing import IO, Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

from workbench.boundary import Boundary

LINE_LIMIT_BYTES = 16 * 1024 * 1024
"""No event is longer; deep nesting is refused by the parser (about 200 levels), never by a stack overflow."""
ORDER_LIMIT_BYTES = 16 * LINE_LIMIT_BYTES
"""Orders come from the app itself and may carry a whole data set."""


class RunTask(Boundary):
    model_config = ConfigDict(ser_json_inf_nan="constants")

    say: Literal["run"] = "run"
    job_id: str
    task: str
    params: dict[str, Any] = Field(default_factory=dict)
    threads: int = 1
    """How many processor threads the job should use."""


class CancelTask(Boundary):
    say: Literal["cancel"] = "cancel"
    job_id: str


class SendCommand(Boundary):
    say: Literal["command"] = "command"
    job_id: str = ""
    """Empty in the commands file of a durable run, which holds one job."""
    name: str
    """What to do: "pause", "resume", "stop" ... ("cancel" is understood by the worker itself)."""
    arguments: dict[str, Any] = Field(default_factory=dict)


Order: TypeAlias = RunTask | CancelTask | SendCommand
_ORDERS: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="say")])


class LineTooLongError(Exception):
    """The other side sent a line beyond `LINE_LIMIT_BYTES`."""


def order_to_line(order: Order) -> bytes:
    """One line; raises LineTooLongError before a worker has to."""
    line = order.model_dump_json().encode() + b"\n"
    if len(line) > ORDER_LIMIT_BYTES:
        raise LineTooLongError(f"a request of {len(line) // 1_000_000} MB")
    return line


def order_from_line(line: bytes) -> Order:
    """The order of one line; raises pydantic.ValidationError on anything else."""
    return _ORDERS.validate_json(line)


def read_line(stream: IO[bytes], limit: int = LINE_LIMIT_BYTES) -> bytes:
    """The next whole line without its newline; b"" at the end, where half a line (its writer died) is dropped."""
    while True:
        line = stream.readline(limit + 1)
        if not line.endswith(b"\n"):
            if len(line) > limit:
                raise LineTooLongError(f"a line of more than {limit:,} bytes")
            return b""
        if stripped := line.strip():
            return stripped
