"""`python -m bot.media.easel`: the program that draws one picture anew and ends. Alone, without our keys, with a bound on
memory and on the time of its processor.

On stdin: the most bytes the picture may have (0: as it comes), then the file. On stdout one answer of `drawing.py`.
"""

import signal
import sys

from bot.apart import bound
from bot.media.drawing import ASKED, drawn_frame, fault_frame
from bot.media.kinds import Refused
from bot.media.pictures import draw, draw_to_send

_MEMORY = 1536 << 20
"""Bytes of data: 80 million pixels, progressive, take 0.9 GB with all their copies."""
SECONDS = 30
"""Of a processor, however busy the machine is: the largest picture takes 3, one of as many scans as are opened 20."""
_NICE = 5


def main() -> int:
    bound(_MEMORY, _NICE)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    (most,) = ASKED.unpack(source.read(ASKED.size))
    data = source.read()
    try:
        answer = drawn_frame(draw_to_send(data, most) if most else draw(data))
    except Refused as refused:
        answer = fault_frame(refused.code)
    except MemoryError:
        answer = fault_frame("too_many_pixels")
    sink.write(answer)
    sink.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
