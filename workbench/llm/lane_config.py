"""How a context is opened: for whoever asks, or for a list that is known from its first to its last request.

The numbers were measured, see docs/decisions/0011-how-lists-are-decoded.md. All follow from the model and the list,
none from the clock or from what is free at the moment: the same list is always computed in the same batches.
"""

import bisect
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.llm.decoding import Ask
from workbench.llm.types import KvType

WORTH_SHARING = 48
"""Tokens of a common beginning from which on copying another answer's cache, or waiting for it, pays."""

ANSWERS_WITH_FLASH = 16
"""Answers of a list at once: more read the weights less often, but push each other's cache out of the processor's."""
ANSWERS_WITHOUT_FLASH = 8
"""Without flash attention each token of a common buffer looks at the cells of all answers."""
TINY_PARAMETERS = 20_000_000
"""Up to here weights are read so fast that looking past others costs more. Without flash attention each answer then has
a buffer of its own: its sums have the order that they have alone, and so the answer is the one that it gets alone. Not
where that takes several times as long (`LaneConfig.slow_rows`)."""
ANSWERS_OF_TINY = 4

COMMON_BUFFER_UP_TO = 8
"""Times the longest answer that a common buffer may have: beyond, looking past the others' cells costs too much."""
COMMON_BUFFER_WITHOUT_FLASH_UP_TO = 3
"""Without flash attention prompts too look at all cells: with little in common, they took three times as long."""

SMALL_PARAMETERS = 200_000_000
"""Up to here a list is shared out over several contexts: threads that wait for each other after each of hundreds of
operations cost more than the weights that are then read by each context."""
MOST_SHARES = 4
LEAST_OF_A_SHARE = 4
"""Answers of a share: each computes the common beginning for itself."""


@dataclass(frozen=True, slots=True)
class LaneConfig:
    """How a context is opened."""

    context_length: int
    """Tokens of one answer, prompt included."""
    sequences: int
    """Answers at once."""
    threads: int
    batch: int = 512
    kv_type: KvType = KvType.F16
    flash_attention: bool | None = None
    slow_rows: bool = False
    """Whether this processor computes the attention of a row number by number, and that of several in a common buffer
    not."""
    common_buffer: bool = False
    """One buffer for the cells of all answers: what they have in common is there once, and a call computes rows of all
    of them in one pass. Otherwise each answer has a buffer, and only as many rows of each go into a pass as the
    shortest has."""
    cells: int = 0
    """Tokens that the cache holds; 0: `context_length` for each answer."""
    common: int = 0
    """Tokens with which all prompts of a list begin, counted once in `cells`."""

    @property
    def size(self) -> int:
        """Tokens that the cache holds in all."""
        return self.cells or self.context_length * self.sequences


def shares_of_list(config: LaneConfig, asks: Sequence[Ask], parameters: int) -> list[range]:
    """Which answers of a list of a small model are decoded in which context; one share where that does not pay.

    Neighbours stay together: they are the likelier to begin alike. Shares are alike in tokens, not in number.
    """
    most = min(MOST_SHARES, config.threads, config.sequences, len(asks) // LEAST_OF_A_SHARE)
    if parameters > SMALL_PARAMETERS or most < 2:
        return [range(len(asks))]
    count = max(range(2, most + 1), key=lambda shares: (shares * (config.threads // shares), shares))
    work = list(itertools.accumulate(len(ask.tokens) + ask.config.max_tokens for ask in asks))
    ends = [bisect.bisect_left(work, work[-1] * number / count) for number in range(1, count)]
    # One answer may be as much work as a whole share: none may be left empty.
    return [range(begin, end) for begin, end in itertools.pairwise([0, *ends, len(asks)]) if begin < end]


def of_share(config: LaneConfig, shares: int) -> LaneConfig:
    """What one of several contexts may use of the threads and of the cells."""
    return replace(config, threads=config.threads // shares, sequences=config.sequences // shares)


def for_list(config: LaneConfig, asks: Sequence[Ask], parameters: int, *, may_share: bool) -> LaneConfig:
    """The context for a list: as many answers at once as pay, in no more cells than `config` has.

    `may_share`: whether cells of a common beginning can be shared (not in recurrent or sliding-window models).
    """
    longest = max(min(config.context_length, len(ask.tokens) + ask.config.max_tokens) for ask in asks)
    common = common_beginning(asks) if may_share else 0
    own = longest - common
    flash = config.flash_attention is not False
    is_tiny = not flash and parameters <= TINY_PARAMETERS
    most = COMMON_BUFFER_UP_TO if flash else COMMON_BUFFER_WITHOUT_FLASH_UP_TO
    wanted = ANSWERS_OF_TINY if is_tiny else ANSWERS_WITH_FLASH if flash else ANSWERS_WITHOUT_FLASH
    together = min(wanted, len(asks), max(1, (config.size - common) // own))
    may_share = may_share and (not is_tiny or config.slow_rows)
    if may_share and (cells := common + together * own) <= most * longest:
        return replace(config, sequences=together, cells=cells, common_buffer=True, common=common)
    apart = min(wanted, len(asks), max(1, config.size // _padded(longest)))
    return replace(config, sequences=apart, cells=apart * _padded(longest))


def common_beginning(asks: Sequence[Ask]) -> int:
    """Tokens with which all prompts begin; 0 where they are too few to be computed only once."""
    least, most = min(ask.tokens for ask in asks), max(ask.tokens for ask in asks)
    count = common_length(least, most)
    count = min(count, min(len(ask.tokens) for ask in asks) - 1)  # the last token is computed for each: it is asked
    return count if count >= WORTH_SHARING else 0


def common_length(left: Sequence[int], right: Sequence[int], limit: int | None = None) -> int:
    """Length of the common beginning (at most `limit`), by halving: slices compare in C, prompts are long."""
    low, high = 0, min(len(left), len(right), len(left) if limit is None else limit)
    while low < high:
        middle = (low + high + 1) // 2
        if tuple(left[low:middle]) == tuple(right[low:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _padded(tokens: int) -> int:
    """llama.cpp rounds the cells of each answer up to this."""
    return (tokens + 255) // 256 * 256
