"""Everything a job can say, and its form on the wire: one JSON object per line.

A job's life is a closed union: any number of Queued, Started, Progressed, Logged, Produced, then exactly one last word.
"""

from typing import Annotated, Any, Literal, TypeAlias, TypeGuard, get_args

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticSerializationError

from workbench.boundary import Boundary


class _JobEvent(Boundary):
    # A loss that is not a number arrives as such, not as null.
    model_config = ConfigDict(ser_json_inf_nan="constants")

    job_id: str
    sequence: int = 0
    """Number of the event within its job, from 1; lets a durable run's events be read twice without harm."""
    at: float = 0.0
    """When it was said, in seconds since the epoch."""


class Queued(_JobEvent):
    event: Literal["queued"] = "queued"
    reason: str = ""
    """Why it waits, for people: "waits for 'Index handbook'"."""


class Started(_JobEvent):
    event: Literal["started"] = "started"
    pid: int = 0


class Progressed(_JobEvent):
    event: Literal["progressed"] = "progressed"
    done: float
    total: float = 0.0
    """0 when the total is unknown."""
    label: str = ""


class Logged(_JobEvent):
    event: Literal["logged"] = "logged"
    level: str = "INFO"
    logger: str = ""
    text: str


class Produced(_JobEvent):
    event: Literal["produced"] = "produced"
    kind: str = ""
    """The name of the produced type, so that a reader of several can tell them apart."""
    item: dict[str, Any]


class Finished(_JobEvent):
    event: Literal["finished"] = "finished"
    result: dict[str, Any] = Field(default_factory=dict)


class Failed(_JobEvent):
    event: Literal["failed"] = "failed"
    message: str
    hint: str = ""
    details: str = ""
    """A traceback or what a developer wants; empty for an expected problem."""
    code: str = ""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What `code` names in the form of data: a way out can be offered from it."""


class Cancelled(_JobEvent):
    event: Literal["cancelled"] = "cancelled"


class Crashed(_JobEvent):
    event: Literal["crashed"] = "crashed"
    exit_code: int | None = None
    """Negative: the number of the signal that ended the process."""
    stderr_tail: str = ""
    message: str = ""
    """The cause in words for people: "The system ended the process (out of memory?)"."""


LastWord: TypeAlias = Finished | Failed | Cancelled | Crashed
JobEvent: TypeAlias = Queued | Started | Progressed | Logged | Produced | LastWord
LAST_WORDS = get_args(LastWord)

_ADAPTER: TypeAdapter[JobEvent] = TypeAdapter(Annotated[JobEvent, Field(discriminator="event")])


def is_last_word(event: JobEvent) -> TypeGuard[LastWord]:
    """Whether nothing follows."""
    return isinstance(event, LAST_WORDS)


def to_line(event: JobEvent) -> str:
    """One line of JSON with its newline. Halves of characters (file names that are not UTF-8) become "?"."""
    try:
        return event.model_dump_json() + "\n"
    except PydanticSerializationError:
        return type(event).model_validate(_without_surrogates(event.model_dump())).model_dump_json() + "\n"


def _without_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {_without_surrogates(key): _without_surrogates(one) for key, one in value.items()}
        case list() | tuple():
            return [_without_surrogates(one) for one in value]
        case _:
            return value


def from_line(line: str) -> JobEvent:
    """The event of one line; raises pydantic.ValidationError on anything else."""
    return _ADAPTER.validate_json(line)
