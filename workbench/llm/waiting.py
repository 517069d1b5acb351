"""How the one who asked gets its answer: pieces of text as they come, then the completion, on its own thread."""

import queue
from collections.abc import Callable, Iterable

from workbench.errors import WorkbenchError
from workbench.llm.decoding import Decoding, Outbox
from workbench.llm.types import Completion, FinishReason

POLL_SECONDS = 0.03
"""How often a wish to stop is looked for while nothing comes."""
PIECE_SECONDS = 0.033
"""Text of so long goes out together, after the first piece: waking up for each token of a fast model slows it down."""


def wait_for(decoding: Decoding, on_text: Callable[[str], None], is_cancelled: Callable[[], bool]) -> Completion:
    try:
        while True:
            match _next_words(decoding.outbox):
                case Completion() as completion:
                    return _or_raise(completion)
                case str() as text:
                    on_text(text)
                    decoding.ended.wait(PIECE_SECONDS)
                case None:
                    pass
            if not decoding.cancelled and is_cancelled():
                decoding.cancel()
    except BaseException:
        decoding.cancel()  # the asker is gone: no one needs the rest
        raise


def _next_words(outbox: Outbox) -> str | Completion | None:
    """All the text that is there, or the completion when there is none before it."""
    try:
        first = outbox.get(timeout=POLL_SECONDS)[1]
    except queue.Empty:
        return None
    if isinstance(first, Completion):
        return first
    text = [first]
    while not outbox.empty():  # only this thread takes from it
        said = outbox.get()
        if isinstance(said[1], Completion):
            outbox.put(said)  # the last word: nothing comes after it
            break
        text.append(said[1])
    return "".join(text)


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
