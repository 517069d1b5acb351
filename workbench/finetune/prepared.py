"""From a request to what is trained and what is measured: rows read, split, mixed, turned into tokens, packed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.rows_file import read_rows
from workbench.datasets.splits import split_rows
from workbench.errors import WorkbenchError
from workbench.finetune.defaults import usual_steps
from workbench.finetune.encoding import EncodedRow, EncodedRows, encode_rows
from workbench.finetune.engine_probe import EngineProbe
from workbench.finetune.general_rows import mixed_in
from workbench.finetune.packing import line_length, pack_rows
from workbench.finetune.sampling import SamplePrompt, chat_prompts, text_prompts
from workbench.finetune.texts import BLOCK_TOKENS, encode_texts
from workbench.finetune.training_config import Objective, TrainingConfig, trouble_with
from workbench.finetune.types import RunNote, TrainRequest
from workbench.naming import counted

_TELL_EVERY = 50
REFUSALS = frozenset({"nothing_trained", "template_not_incremental", "too_long", "bad_setting"})
"""Codes of what `prepare` raises: a training of the same rows and settings ends with the same, whenever it starts."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Lines of tokens to train and to measure."""

    rows: tuple[EncodedRow, ...]
    """Lines: with packing each holds several rows."""
    held_out: tuple[EncodedRow, ...]
    prompts: tuple[SamplePrompt, ...]
    notes: tuple[RunNote, ...]
    row_count: int
    """Rows (or blocks of text) in the lines that are trained."""

    @property
    def encoded(self) -> EncodedRows:
        """The trained lines as the estimate takes them."""
        return EncodedRows(self.rows, self.notes)


def prepare(
    request: TrainRequest, probe: EngineProbe, tell: Callable[[float, float, str], None] = lambda *_: None
) -> Prepared:
    """The same lines every time. Raises WorkbenchError: nothing to train, settings that contradict each other."""
    if trouble := trouble_with(request.config):
        raise WorkbenchError(trouble, code="bad_setting")
    tell(0, 0, "Reading rows")
    if request.config.objective is Objective.TEXT:
        return _prepare_text(request, probe, tell)
    config = request.config
    split = split_rows(read_rows(Path(request.rows_path), request.rows_hash), config.validation_share, config.seed)
    longest = longest_row(config.max_length, request.base.name, probe)

    def step(total: int) -> Callable[[int], None]:
        def told(done: int) -> None:
            if done % _TELL_EVERY == 0:
                tell(done, total, "Turning rows into tokens")

        return told

    trained = encode_rows(split.training, probe, config.trained_turns, longest, step(len(split.training)))
    held_out = (
        encode_rows(split.validation, probe, config.trained_turns, longest, step(len(split.validation))).rows
        if split.validation
        else ()
    )
    notes = list(trained.notes)
    rows = list(trained.rows)
    if config.general_share:
        general = mixed_in(
            split.training,
            config.general_share,
            config.seed,
            read_rows(Path(request.general_path), request.general_hash),
        )
        extra = encode_rows(general, probe, config.trained_turns, longest).rows if general else ()
        rows += extra
        notes.append(RunNote(message=f"{len(extra):,} general rows are mixed in, {len(extra) / len(rows):.0%} of all."))
    count = len(rows)
    if config.packing:
        length = line_length(rows, config.max_length, probe.context_length)
        rows = pack_rows(rows, length)
        held_out = tuple(pack_rows(held_out, length))
        shared = f"{counted(count, 'row')} share {counted(len(rows), 'line')} of at most {length:,} tokens"
        notes.append(RunNote(message=f"Packed: {shared}."))
        notes += few_steps(config, count, len(rows), usual_steps(request.base.parameters))
    prompts = chat_prompts(config, split.validation or split.training, probe)
    return Prepared(tuple(rows), tuple(held_out), tuple(prompts), tuple(notes), count)


def few_steps(config: TrainingConfig, rows: int, lines: int, usual: int) -> list[RunNote]:
    """A warning where packing leaves less than half of the steps that such a set would make, and of the usual ones.

    The number of passes is chosen before anybody knows how many rows share a line. `usual`: steps that a small set is
    passed over for.
    """
    at_once = config.batch_size * config.gradient_accumulation
    packed, alone = (config.epochs * -(-count // at_once) for count in (lines, rows))
    if 2 * packed >= min(usual, alone):
        return []
    return [
        RunNote(
            message=f"Packing leaves {counted(packed, 'step')} where unpacked rows make {alone:,}; so few may teach "
            "little. Turn packing off, or choose a smaller batch, less accumulation or more epochs."
        )
    ]


def longest_row(asked: int, base: str, probe: EngineProbe) -> int:
    """Tokens that a row may have: what was asked for (0: anything), and never more than the base was made for.

    `base`: its name, for the message of the WorkbenchError.
    """
    if asked > probe.context_length:
        raise WorkbenchError(
            f"{base} sees {probe.context_length} tokens, but rows of {asked} were asked for.",
            hint=f"Choose at most {probe.context_length}.",
            code="too_long",
        )
    return asked or probe.context_length


def _prepare_text(request: TrainRequest, probe: EngineProbe, tell: Callable[[float, float, str], None]) -> Prepared:
    config = request.config
    rows = read_rows(Path(request.rows_path), request.rows_hash)
    length = min(longest_row(config.max_length, request.base.name, probe), config.max_length or BLOCK_TOKENS)

    def told(done: int) -> None:
        if done % _TELL_EVERY == 0:
            tell(done, len(rows), "Turning text into tokens")

    found = encode_texts(rows, probe, length, config.validation_share, config.seed, told)
    prompts = text_prompts(config, found.held_out or found.training, probe)
    return Prepared(found.training, found.held_out, tuple(prompts), found.notes, len(found.training))
