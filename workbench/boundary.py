"""The base of every value that crosses a boundary: disk, process, settings."""

from pydantic import BaseModel, ConfigDict


class Boundary(BaseModel):
    """Frozen, closed (unknown fields are an error), with the docstring under each field as its description."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
