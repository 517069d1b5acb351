"""The base of every value that crosses a boundary: disk, process, settings."""

from pydantic import BaseModel, ConfigDict


class Boundary(BaseModel):
    """Frozen, closed (unknown fields are an error), with the docstring under each field as its description.

    A number that is not finite stays what it is in JSON (NaN): null would be another statement.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, ser_json_inf_nan="constants")
