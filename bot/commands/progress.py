"""A progress bar on a terminal, one line a stage elsewhere."""

import sys
import time


class Progress:
    def __init__(self, title: str) -> None:
        self.title = title
        self.began = time.monotonic()
        self._stage = ""
        self._shown = sys.stderr.isatty()

    def __call__(self, stage: str, share: float) -> None:
        seconds = time.monotonic() - self.began
        if self._shown:
            bar = "█" * round(share * 30)
            print(
                f"\r{self.title} {bar:░<30} {share:4.0%} {seconds:4.0f} s  {stage}\x1b[K",
                end="",
                file=sys.stderr,
                flush=True,
            )
            if share >= 1:
                print(file=sys.stderr)
        elif stage != self._stage:
            print(f"{self.title} {share:4.0%} {seconds:4.0f} s  {stage}", file=sys.stderr, flush=True)
        self._stage = stage
