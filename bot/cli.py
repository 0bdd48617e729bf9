"""`bangnong …`: the commands, and one plain sentence for whatever stops them."""

import argparse
import os
import sys
from importlib import import_module

COMMANDS = (
    "serve", "worker", "chat", "classify", "extract", "explain", "train", "evaluate", "models",
    "check", "rows", "replay", "doctor", "fire", "users", "tokens", "directory", "report", "tickets",
    "erase", "keys", "backup", "platforms", "simulate", "retain", "finish", "wechat",
)  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Run a command; never a traceback for something a user can mend."""
    # Numpy's thread pools make one short text slower by two orders of magnitude; before anything imports numpy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(prog="bangnong", description="帮侬忙: a newspaper's citizens' help desk")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    argv = sys.argv[1:] if argv is None else argv
    # One command's modules are a fraction of all; the list is for whoever asks for it, or names none of them.
    for name in argv[:1] if argv[:1] and argv[0] in COMMANDS else COMMANDS:
        import_module(f"bot.commands.{name}").add(commands)
    if odd := next((word for word in argv if not _sayable(word)), None):
        print(
            f"{odd.encode('ascii', 'backslashreplace').decode()}：不是 UTF-8，请用 UTF-8 的终端重打这一项",
            file=sys.stderr,
        )
        return 2
    options = parser.parse_args(argv)
    try:
        return int(options.run(options) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:
        cure = _cure(error)
        if cure is None:
            raise
        print(cure, file=sys.stderr)
        return 2


def _sayable(word: str) -> bool:
    """Whether it came in whole characters: bytes that are none can neither be stored nor printed."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cure(error: Exception) -> str | None:
    """The sentence for an error a user can mend; None for a fault of ours."""
    from bot.embedded.postgres import EngineFailed
    from bot.environment import BadSettings
    from bot.store.database import NewerSchema, StoreAway
    from bot.vault import Unsealable
    from data.faults import BadRows

    if isinstance(error, BadSettings | EngineFailed | NewerSchema | Unsealable | BadRows):
        return str(error)
    if isinstance(error, StoreAway):
        return f"The database does not answer ({error}): check BANGNONG_DATABASE_URL, or run `bangnong doctor`"
    if isinstance(error, PermissionError):
        return f"{error.filename or error}: no permission; make it writable or set BANGNONG_HOME to another folder"
    return None


if __name__ == "__main__":
    sys.exit(main())
