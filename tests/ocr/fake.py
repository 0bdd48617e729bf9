"""A recogniser that reads nothing: it does what its script says, one word a picture, over as many lives as it is given.

`python fake.py FOLDER`: `FOLDER/script` holds the words still to be done, one a line; `FOLDER/lives` gets its process id
each time it starts, `FOLDER/env` its environment. Words: `read TEXT` (`|` for a line's end), `die`, `hang`, `garbage`, `long`,
`fault`, `mute` (no greeting). It speaks `bot/ocr/protocol.py` with nothing of ours.
"""

import json
import os
import struct
import sys
import time
from pathlib import Path


def main(folder: Path) -> None:
    script = folder / "script"
    with (folder / "lives").open("a") as out:
        out.write(f"{os.getpid()}\n")
    (folder / "env").write_text(json.dumps(dict(os.environ)))
    if script.read_text().startswith("mute"):
        time.sleep(60)
    say(b'{"ready": "fake 1"}')
    while head := sys.stdin.buffer.read(4):
        (length,) = struct.unpack(">I", head)
        picture = sys.stdin.buffer.read(length)
        assert picture.startswith(b"\xff\xd8\xff"), "it is given JPEGs alone"
        word, _, rest = script.read_text().partition("\n")
        script.write_text(rest)
        act(word)


def act(word: str) -> None:
    kind, _, text = word.partition(" ")
    if kind == "die":
        os.abort()
    if kind == "hang":
        time.sleep(60)
    if kind == "garbage":
        say(b"\x00\xffnot json")
    elif kind == "long":
        sys.stdout.buffer.write(struct.pack(">I", 1 << 30))
        sys.stdout.buffer.flush()
    elif kind == "fault":
        say(b'{"fault": "memory"}')
    else:
        say(json.dumps({"lines": text.split("|") if text else []}).encode())


def say(content: bytes) -> None:
    sys.stdout.buffer.write(struct.pack(">I", len(content)) + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
