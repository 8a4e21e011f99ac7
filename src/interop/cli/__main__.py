"""`python -m interop.cli`: the command line where the script `interop` is not on PATH."""

from __future__ import annotations

import sys

from interop.cli import main

if __name__ == "__main__":
    sys.exit(main())
