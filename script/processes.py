"""The processes that this one has started, and those that they in turn forgot.

afl-fuzz ends without its last targets: they go on, or stay stopped, use seconds that nobody is told of, and hold the lock of
the folder that the next afl-fuzz wants.
"""
import contextlib
import ctypes
import os
import signal

PR_SET_CHILD_SUBREAPER = 36
TICKS = os.sysconf("SC_CLK_TCK")


def adopt_orphans():
    """What a child of ours forgets becomes our child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants():
    """(process, CPU seconds of it and of those it has waited for) of all below this one."""
    processes = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % name) as handle:
                fields = handle.read().rpartition(")")[2].split()
        except OSError:
            continue
        processes[int(name)] = (int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS)
    ours, more = set(), {os.getpid()}
    while more:
        more = {pid for pid, (parent, _) in processes.items() if parent in more}
        ours |= more
    return [(pid, processes[pid][1]) for pid in ours]


def end_orphans():
    """End all that is left, where none is wanted any more; returns the CPU seconds that they used."""
    used = 0.0
    while True:
        for pid, _ in descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return used
        used += usage.ru_utime + usage.ru_stime
