"""Tasks that real worker processes run in the tests: obedient, deaf, chatty, broken."""

import ctypes
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.jobs.memory_claims import MemoryClaim, claim_memory


class Word(Boundary):
    text: str


class Count(Boundary):
    number: int


class Surroundings(Boundary):
    pid: int
    threads: int
    niceness: int
    omp_threads: str
    flavour: str
    """A variable of the spec's own."""
    core_limit: int
    oom_score_adjustment: int
    argv: tuple[str, ...]
    python_path_first: str


def echo(context: JobContext, request: Word) -> Word:
    return request


def no_request(context: JobContext) -> None:
    context.progress(1, 1)


def returns_a_string(context: JobContext) -> str:
    return "not a Boundary"


def count(context: JobContext, request: Count) -> Count:
    for number in range(request.number):
        context.produce(Count(number=number))
    return request


def steps(context: JobContext, request: Count) -> Count:
    for number in range(request.number):
        context.progress(number, request.number, f"step {number}")
    return request


def run_until_cancelled(context: JobContext, request: Word) -> None:
    context.produce(request)
    while True:
        context.progress(0, 0, "waiting")
        time.sleep(0.01)


def deaf(context: JobContext, request: Word) -> None:
    """Hears nothing but the system."""
    context.produce(request)
    while True:
        time.sleep(0.05)


def deaf_to_terminate(context: JobContext) -> None:
    subprocess.run(
        [sys.executable, "-c", f"import os; os.kill({os.getpid()}, 0)"],  # a child, to be sure that is possible
        check=True,
    )
    # signal.signal works on the main thread only; the C library knows no such rule.
    ctypes.CDLL(None).signal(signal.SIGTERM, ctypes.c_void_p(1))
    context.produce(Word(text="deaf"))
    while True:
        time.sleep(0.05)


def wait_for_file(context: JobContext, request: Word) -> Word:
    """Ends when the file exists: lets a test decide who is first."""
    context.produce(Word(text="started"))
    while not Path(request.text).exists():
        context.check_cancelled()
        time.sleep(0.005)
    return request


def meet(context: JobContext, request: Word) -> Count:
    """Ends only when a second job is inside the same process at the same time."""
    barrier = _BARRIERS.setdefault(request.text, threading.Barrier(2))
    barrier.wait(timeout=60)
    return Count(number=os.getpid())


_BARRIERS: dict[str, threading.Barrier] = {}


def process_id(context: JobContext) -> Count:
    return Count(number=os.getpid())


def surroundings(context: JobContext) -> Surroundings:
    import resource

    return Surroundings(
        pid=os.getpid(),
        threads=context.threads,
        niceness=os.nice(0),
        omp_threads=os.environ["OMP_NUM_THREADS"],
        flavour=os.environ.get("FLAVOUR", ""),
        core_limit=resource.getrlimit(resource.RLIMIT_CORE)[0],
        oom_score_adjustment=int(Path("/proc/self/oom_score_adj").read_text()),
        argv=tuple(sys.argv),
        python_path_first=sys.path[0],
    )


def chatty(context: JobContext) -> Word:
    """Prints in every way a library can."""
    print("from print")
    os.write(1, b"from file descriptor 1\n")
    libc = ctypes.CDLL(None)
    libc.puts(b"from the C library")
    libc.fflush(None)
    subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
    return Word(text=sys.stdin.read())


def logs(context: JobContext) -> None:
    logging.getLogger("workbench.sample").info("ours: %s", 1)
    logging.getLogger("workbench.sample").debug("not this")
    logging.getLogger("somebody.else").info("nor this")
    logging.getLogger("somebody.else").warning("theirs")


def expected_problem(context: JobContext) -> None:
    raise WorkbenchError("notes.pdf cannot be read.", hint="Save it again.", code="unreadable")


def bug(context: JobContext) -> None:
    raise KeyError("no such thing")


def calls_exit(context: JobContext) -> None:
    sys.exit(4)


def die_by_signal(context: JobContext, request: Count) -> None:
    context.progress(1, 2, "about to die")
    os.kill(os.getpid(), request.number)
    time.sleep(10)


def segfault(context: JobContext) -> None:
    print("loading tensors", file=sys.stderr)
    ctypes.string_at(0)


def abort_with_words(context: JobContext) -> None:
    os.write(2, b"GGML_ASSERT(n_layer > 0) failed\n")
    os.abort()


def exit_early(context: JobContext, request: Count) -> None:
    os._exit(request.number)


def _private_stdout() -> int:
    """The descriptor that carries the events: the only other pipe that is open for writing."""
    for descriptor in range(3, 32):
        try:
            link = str(Path(f"/proc/self/fd/{descriptor}").readlink())
            flags = Path(f"/proc/self/fdinfo/{descriptor}").read_text().split("flags:")[1].split()[0]
        except OSError:
            continue
        if link.startswith("pipe:") and int(flags, 8) & os.O_ACCMODE == os.O_WRONLY:
            return descriptor
    raise LookupError("no pipe")


def garbage(context: JobContext) -> None:
    os.write(_private_stdout(), b"Hello, I am not an event\n")
    time.sleep(20)


def deep_garbage(context: JobContext) -> None:
    os.write(_private_stdout(), b'{"event":"finished","job_id":"x","result":' + b'{"a":' * 20_000 + b"\n")
    time.sleep(20)


def huge_line(context: JobContext) -> None:
    descriptor, block = _private_stdout(), b"x" * 1_000_000
    for _ in range(20):
        os.write(descriptor, block)
    time.sleep(20)


def half_a_line(context: JobContext) -> None:
    os.write(_private_stdout(), b'{"event":"finished","job_')
    os.kill(os.getpid(), signal.SIGKILL)


def huge_item(context: JobContext) -> None:
    context.produce(Word(text="x" * 17_000_000))


def keeps_talking(context: JobContext, request: Word) -> Word:
    """Leaves a thread behind that goes on producing after the last word."""

    def talk() -> None:
        while True:
            context.produce(request)
            time.sleep(0.001)

    threading.Thread(target=talk, daemon=True).start()
    time.sleep(0.02)
    return request


def leaves_a_child(context: JobContext) -> Count:
    """A forked child that inherited every pipe, and then a crash."""
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    context.produce(Count(number=child))
    os.kill(os.getpid(), signal.SIGKILL)
    return Count(number=child)


def obey(context: JobContext) -> Word:
    """Listens to commands until one says "stop"."""
    said: list[str] = []
    stop = threading.Event()

    def hear(name: str, arguments: dict[str, object]) -> None:
        said.append(f"{name}{arguments or ''}")
        context.produce(Word(text=name))
        if name == "stop":
            stop.set()

    context.on_command(hear)
    context.produce(Word(text="ready"))
    while not stop.wait(0.01):
        context.check_cancelled()
    return Word(text=" ".join(said))


def count_until_file(context: JobContext, request: Word) -> Count:
    """Produces numbers until the file exists: long work whose every event matters."""
    number = 0
    while not Path(request.text).exists():
        context.produce(Count(number=number))
        context.check_cancelled()
        number += 1
        time.sleep(0.005)
    return Count(number=number)


class Loss(Boundary):
    loss: float
    text: str


def odd_values(context: JobContext) -> None:
    context.produce(Loss(loss=float("nan"), text="scan\udcff.pdf"))


def holds_the_interpreter(context: JobContext, request: Word) -> None:
    """Native code that never lets another Python thread run, like a regular expression gone wild."""
    context.produce(request)
    re.match(r"(a+)+$", "a" * 64 + "b")


def segfault_at_command(context: JobContext) -> None:
    crash = threading.Event()
    context.on_command(lambda name, arguments: crash.set())
    context.produce(Word(text="ready"))
    crash.wait()
    ctypes.string_at(0)


def logs_and_prints(context: JobContext) -> None:
    print("printed")
    logging.getLogger("workbench.sample").info("said in words")
    context.produce(Count(number=os.getsid(0)))


def flood(context: JobContext, request: Count) -> None:
    for number in range(request.number):
        logging.getLogger("workbench.sample").info("line %d", number)


def claim_and_wait(context: JobContext, claim: MemoryClaim) -> None:
    """What a training does at its start: claim memory, then go on until it is told to stop."""
    stopped = threading.Event()
    context.on_command(lambda _name, _arguments: stopped.set())
    assert context.run_folder is not None
    claim_memory(context.run_folder, claim)
    context.produce(claim)
    while not stopped.wait(0.02):
        context.check_cancelled()
