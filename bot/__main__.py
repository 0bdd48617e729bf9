"""`python -m bot …`: the same as `bangnong …`."""

import sys

from bot.cli import main

sys.exit(main())
