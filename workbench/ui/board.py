"""The state of a tab in force, and the view that shows it: what the parts of a presenter share. No Qt."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

S_contra = TypeVar("S_contra", contravariant=True)
S = TypeVar("S", bound="DataclassInstance")
V = TypeVar("V", bound="Shows[Any]")


@dataclass(frozen=True, slots=True)
class Running:
    """The job that a tab waits for."""

    label: str
    done: float = 0.0
    total: float = 0.0
    """0 while nobody knows how much there is."""


class Shows(Protocol[S_contra]):
    """A view."""

    def show_state(self, state: S_contra) -> None: ...


class Board(Generic[S, V]):
    """Every change of the state is shown, once there is a view."""

    def __init__(self, state: S) -> None:
        self.state = state
        self.view: V | None = None

    def put_up(self, view: V) -> None:
        self.view = view
        view.show_state(self.state)

    def show(self, **changes: Any) -> None:
        """Change these fields of the state."""
        self.state = replace(self.state, **changes)
        if self.view is not None:
            self.view.show_state(self.state)
