"""Runs a command and writes what it took: wall seconds, processor seconds, peak resident bytes, exit code.

usage: python3 -I -S measured.py FILE SECONDS COMMAND...; after so many seconds the command is ended.

A process of its own, with as little in it as there can be: a child counts what its parent held when it was started
as its own peak, so that a parent with a report in memory would make all peaks alike.
"""
import os
import signal
import sys
import time

begun = time.monotonic()
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.execvp(sys.argv[3], sys.argv[3:])


def end(*_):
    os.killpg(child, signal.SIGKILL)


signal.signal(signal.SIGALRM, end)
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, end)
signal.alarm(int(sys.argv[2]))
_, status, usage = os.wait4(child, 0)
wall = time.monotonic() - begun
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
with open(sys.argv[1], "w") as out:
    out.write(f"{wall} {usage.ru_utime + usage.ru_stime} {peak} {os.waitstatus_to_exitcode(status)}\n")
