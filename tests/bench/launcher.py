"""Runs programs one after the other and says how long each took and its greatest memory.

A process of its own because Linux counts the memory of the process that starts a program as
that program's own until it has started; this one is small. It is run by path, imports little,
and reads and writes JSON.
"""

import json
import os
import subprocess
import sys
import time

_KIBIBYTE = 1024


def main() -> None:
    """Standard input: `cwd`, `env`, `log`, `argvs`. Output: seconds, bytes and code of each.

    The bytes are the largest resident set among the program and those it waited for.
    """
    job = json.load(sys.stdin)
    results = []
    with open(job["log"], "wb") as log:  # noqa: PTH123 - pathlib would be memory of ours
        for argv in job["argvs"]:
            start = time.perf_counter()
            child = subprocess.Popen(
                argv,
                cwd=job["cwd"],
                env=job["env"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            # In bytes on macOS, in KiB elsewhere.
            peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else _KIBIBYTE)
            results.append((seconds, peak, child.returncode))
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
