"""From token bytes to text that may be shown: no half characters, nothing of a stop string."""

import codecs
from collections.abc import Sequence


class TextAssembler:
    """Takes the bytes of one token after the other and gives out the text that is certain.

    Bytes of an unfinished character wait for the rest; text that could be the beginning of a stop string waits until it
    is known not to be. Bytes that are no UTF-8 at all become U+FFFD.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._stops = tuple(s for s in stop if s)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.text = ""
        """Everything given out so far."""
        self.stopped = False
        """Whether a stop string was met; nothing comes after it."""

    def feed(self, data: bytes) -> str:
        """The newly certain text."""
        if self.stopped:
            return ""
        self._held += self._decoder.decode(data)
        return self._release(self._certain())

    def finish(self) -> str:
        """The text that waited in vain for a stop string; an unfinished character is dropped."""
        if self.stopped:
            return ""
        return self._release(len(self._held))

    def _certain(self) -> int:
        """How many held characters can no longer belong to a stop string; cuts at the first one that is complete."""
        found = [position for stop in self._stops if (position := self._held.find(stop)) >= 0]
        if found:
            self.stopped = True
            return min(found)
        return len(self._held) - max((_overlap(self._held, stop) for stop in self._stops), default=0)

    def _release(self, count: int) -> str:
        given, self._held = self._held[:count], self._held[count:]
        self.text += given
        return given


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` with which `stop` begins."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
