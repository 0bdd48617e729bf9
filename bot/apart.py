"""Programs of ours that open what strangers made: started without our settings, bound in memory, gone when we are."""

import ctypes
import os
import resource
import signal
import sys

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""Of our environment; never our settings, which hold keys."""
_PR_SET_PDEATHSIG = 1


def plain_environment() -> dict[str, str]:
    """What such a program is started with."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed_on | {"OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def bound(memory: int, niceness: int) -> None:
    """Bytes of data it may have at most, and who goes first. Called in the program itself, before it opens anything."""
    os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
