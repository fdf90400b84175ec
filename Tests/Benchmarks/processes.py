"""Child processes, timed from the outside."""

import os
import select
import shutil
import tempfile
import time
from dataclasses import dataclass

OUTPUT_LIMIT = 1 << 30


class Failure(Exception):
    """A measurement that cannot be taken, or that did not measure what it should."""


@dataclass
class Finished:
    nanoseconds: int  # from before the start until the process was reaped
    first_byte: int  # until its first byte of output; 0 where the output was not read
    status: int
    peak_bytes: int
    output: bytes


def environment():
    """The same for all: no colours, no settings of whoever runs the benchmarks."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("WRIT_", "GIT_", "TF_", "XDG_"))
    }
    return kept | {
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1", "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": "/dev/null",
    }


def find(program):
    path = shutil.which(program)
    if path is None:
        raise Failure(f"there is no program {program}")
    return path


def run(arguments, expect=(0,), reads_output=False, limit=900):
    """Runs a program to its end; its output is read, or goes to /dev/null.

    Raises Failure where it ends with a status that is not in `expect`, or not in `limit` seconds.
    """
    arguments = [str(argument) for argument in arguments]
    program = find(arguments[0])
    environ = environment()
    null = os.open(os.devnull, os.O_RDWR)
    receiving, sending = os.pipe() if reads_output else (-1, null)
    with tempfile.TemporaryFile() as errors:
        actions = [
            (os.POSIX_SPAWN_DUP2, null, 0),
            (os.POSIX_SPAWN_DUP2, sending, 1),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        start = time.perf_counter_ns()
        child = os.posix_spawn(program, arguments, environ, file_actions=actions)
        deadline = time.monotonic() + limit
        try:
            if reads_output:
                os.close(sending)
            output, first = read(receiving, start, deadline) if reads_output else (b"", 0)
            handle = os.pidfd_open(child)
            try:
                wait(handle, deadline)
            finally:
                os.close(handle)
        except Failure as failure:
            os.kill(child, 9)
            os.waitpid(child, 0)
            raise Failure(f"{' '.join(arguments[:2])} {failure}") from None
        finally:
            os.close(null)
            if reads_output:
                os.close(receiving)
        _, status, usage = os.wait4(child, 0)
        end = time.perf_counter_ns()
        code = os.waitstatus_to_exitcode(status)
        if code not in expect:
            errors.seek(0)
            words = errors.read(1000).decode(errors="replace").strip()
            raise Failure(f"{' '.join(arguments)} ended with {code}: {words[:400]}")
    return Finished(end - start, first, code, usage.ru_maxrss << 10, output)


def wait(descriptor, deadline):
    """Waits until the descriptor can be read."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    if not poll.poll(max(0, deadline - time.monotonic()) * 1000):
        raise Failure("took too long")


def read(descriptor, start, deadline):
    parts, total, first = [], 0, 0
    while True:
        wait(descriptor, deadline)
        part = os.read(descriptor, 1 << 16)
        first = first or time.perf_counter_ns() - start
        if not part:
            return b"".join(parts), first
        parts.append(part)
        total += len(part)
        if total > OUTPUT_LIMIT:
            raise Failure("wrote too much")


def text_of(*arguments, **options):
    return run(arguments, reads_output=True, **options).output.decode().strip()
