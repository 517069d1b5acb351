"""How the one who asked gets its answer: pieces of text as they come, then the completion, on its own thread."""

import queue
from collections.abc import Callable, Iterable

from workbench.errors import WorkbenchError
from workbench.llm.decoding import Decoding, Outbox
from workbench.llm.types import Completion, FinishReason

POLL_SECONDS = 0.03
"""How often a wish to stop is looked for while nothing comes."""


def wait_for(decoding: Decoding, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]) -> Completion:
    try:
        while True:
            match _next_word(decoding.outbox):
                case Completion() as completion:
                    return _or_raise(completion)
                case str() as text:
                    on_text(text)
                case None:
                    pass
            if not decoding.cancelled and is_cancelled():
                decoding.cancel()
    except BaseException:
        decoding.cancel()  # the asker is gone: no one needs the rest
        raise


def _next_word(outbox: Outbox) -> str | Completion | None:
    try:
        return outbox.get(timeout=POLL_SECONDS)[1]
    except queue.Empty:
        return None


def collect(
    waiting: dict[int, Decoding],
    outbox: Outbox,
    completions: dict[int, Completion],
    on_done: Callable[[Completion], None],
    is_cancelled: Callable[[], bool],
) -> None:
    """Gather completions as they come, until none is missing."""
    try:
        is_over = False
        while waiting:
            if not is_over and is_cancelled():
                is_over = True
                _cancel(waiting.values())
            try:
                number, said = outbox.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(said, Completion):
                del waiting[number]
                completions[number] = said
                on_done(said)
    except BaseException:
        _cancel(waiting.values())
        raise


def _cancel(decodings: Iterable[Decoding]) -> None:
    for decoding in decodings:
        decoding.cancel()


def end_all(decodings: Iterable[Decoding], reason: FinishReason, problem: str = "") -> None:
    for decoding in decodings:
        decoding.finish(reason, problem)


def _or_raise(completion: Completion) -> Completion:
    if completion.finish_reason is FinishReason.ERROR:
        raise WorkbenchError(completion.problem, details=completion.text)
    return completion
