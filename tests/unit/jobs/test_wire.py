"""Lines between processes: whole, limited, and never a stack overflow."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workbench.jobs.events import Produced, from_line, to_line
from workbench.jobs.wire import LineTooLongError, RunTask, SendCommand, order_from_line, order_to_line, read_line

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=4))
def test_that_an_event_survives_its_line(item: dict[str, object]) -> None:
    event = Produced(job_id="job", kind="Anything", item=item)
    line = to_line(event)
    assert line.count("\n") == 1 and from_line(line) == event


def test_that_an_infinite_loss_survives_its_line() -> None:
    event = Produced(job_id="job", item={"loss": float("inf")})
    assert from_line(to_line(event)) == event


@pytest.mark.parametrize("order", [RunTask(job_id="a", task="m:f", params={"n": 1}), SendCommand(name="stop")])
def test_that_an_order_survives_its_line(order: RunTask | SendCommand) -> None:
    assert order_from_line(order_to_line(order)) == order


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_that_deep_nesting_is_an_error_and_no_crash(opening: str) -> None:
    with pytest.raises(ValidationError, match="recursion limit"):
        from_line('{"event":"produced","job_id":"x","item":{"a":' + opening * 100_000)


def test_that_an_unknown_event_or_field_is_an_error() -> None:
    for line in ('{"event":"promoted","job_id":"x"}', '{"event":"cancelled","job_id":"x","why":"?"}', "", "null"):
        with pytest.raises(ValidationError):
            from_line(line)


def test_that_lines_are_read_whole_and_half_a_last_line_is_dropped() -> None:
    stream = io.BytesIO(b'{"a":1}\n\n  \n{"b":2}\n{"c":')
    assert [read_line(stream), read_line(stream), read_line(stream)] == [b'{"a":1}', b'{"b":2}', b""]


def test_that_a_line_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert read_line(io.BytesIO(b"x" * 9 + b"\n"), limit=10) == b"x" * 9
    with pytest.raises(LineTooLongError):
        read_line(io.BytesIO(b"x" * 11), limit=10)
