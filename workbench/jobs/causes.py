"""Why a worker process ended, in words for people ("Exit code: 18446744072635812000" is what it must not be)."""

import re
import signal

from workbench.jobs.memory_watch import RAN_OUT, USED_UP, MemoryWatch

_TERMINATED = "The worker process was ended from outside (terminated)."
_SEGFAULT = "The worker process crashed: a library used memory that is not its own (segmentation fault)."
_ABORTED = "A library stopped the worker process because of an internal error (abort)."
_ILLEGAL = "A library needs an instruction that this processor does not have (illegal instruction)."
_KILLED = "The worker process was killed by the system or by someone (signal 9)."
_BUS = "The worker process crashed: a file changed while it was in use, or a disk could not be read (bus error)."
_STACK = "The worker process crashed: something was nested too deeply (stack overflow)."

# By name: Windows does not know all of these signals.
_SIGNALS = {
    "SIGSEGV": _SEGFAULT,
    "SIGABRT": _ABORTED,
    "SIGILL": _ILLEGAL,
    "SIGKILL": _KILLED,
    "SIGBUS": _BUS,
    "SIGFPE": "The worker process crashed: a library divided by zero (arithmetic error).",
    "SIGTERM": _TERMINATED,
    "SIGINT": "The worker process was interrupted from outside.",
    "SIGHUP": "The worker process was ended with its terminal (hangup).",
    "SIGXFSZ": "The worker process wrote a larger file than the system allows (file size limit).",
    "SIGXCPU": "The worker process used more processor time than the system allows (time limit).",
}

_NO_MEMORY = "The worker process found no memory left (out of memory)."
_WINDOWS = {
    0xC0000005: _SEGFAULT,
    0xC0000006: _BUS,
    0xC000001D: _ILLEGAL,
    0xC0000409: _ABORTED,
    0xC0000017: _NO_MEMORY,
    0xC00000FD: _STACK,
}

# What a process writes to stderr as it dies; faulthandler's lines name the signal when the exit code is not at hand.
_FATAL_LINES = {
    "Segmentation fault": _SEGFAULT,
    "Aborted": _ABORTED,
    "Illegal instruction": _ILLEGAL,
    "Bus error": _BUS,
}
_ASSERTION = re.compile(
    r"^.*(?:GGML_ASSERT|Assertion .* failed|CUDA error|terminate called|panicked at).*$", re.MULTILINE
)
_LINE_LIMIT = 200


def describe_death(exit_code: int | None, stderr_tail: str = "", memory: MemoryWatch | None = None) -> str:
    """One or two sentences; `exit_code` is negative for a signal, None when nobody saw it (found at a re-attach).

    `memory` was begun before the process; without it nothing is said about memory.
    """
    sentence = _from_code(exit_code) if exit_code is not None else _from_stderr(stderr_tail)
    if sentence == _KILLED and memory is not None and (finding := memory.finding()):
        sentence += f" {finding}"
    if sentence == _ABORTED and (line := _ASSERTION.search(stderr_tail)):
        sentence += f" It said: {line.group().strip()[:_LINE_LIMIT]}"
    return sentence


def is_lack_of_memory(message: str) -> bool:
    """Whether a description of a death says that it was for want of memory."""
    return any(words in message for words in (RAN_OUT, USED_UP, _NO_MEMORY))


def _from_code(exit_code: int) -> str:
    if exit_code < 0:
        name = _signal_name(-exit_code)
        return _SIGNALS.get(name, f"The worker process was ended by the system ({name}).")
    if exit_code in _WINDOWS:
        return _WINDOWS[exit_code]
    if exit_code == 0:
        return "The worker process ended too early, without a result."
    return f"The worker process ended by itself, without a result (exit code {exit_code})."


def _from_stderr(stderr_tail: str) -> str:
    for mark, sentence in _FATAL_LINES.items():
        if f"Fatal Python error: {mark}" in stderr_tail:
            return sentence
    return "The process ended while nobody watched: it was killed, memory ran out, or the computer was switched off."


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
