"""`python -m hamr` is `hamr`."""

from __future__ import annotations

import sys

from hamr.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
