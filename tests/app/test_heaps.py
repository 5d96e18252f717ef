"""The process has a few heaps, however many threads it has."""

import platform
import subprocess
import sys

import pytest

# Each thread asks for memory at a time when the heaps of all others are taken.
COUNTED = """
import ctypes, sys, tempfile, threading
from bot.app import heaps

if sys.argv[1] == "shared":
    assert heaps.share()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(6)

def ask():
    together.wait()
    for _ in range(2000):
        libc.malloc(1000)
    together.wait()

threads = [threading.Thread(target=ask) for _ in range(6)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with tempfile.TemporaryFile() as file:
    stream = ctypes.c_void_p(libc.fdopen(file.fileno(), b"w"))
    libc.malloc_info(0, stream)
    libc.fflush(stream)
    file.seek(0)
    print(file.read().count(b"<heap nr"))
"""


def heaps(how: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", COUNTED, how], capture_output=True, text=True, check=True
    )
    return int(told.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has them")
def test_threads_share_a_few_heaps() -> None:
    assert heaps("shared") <= 2 < heaps("as it comes")
