#!/usr/bin/env python3
"""Start, test and check sendco. `python3 dev.py help` lists the commands; needs Python 3.11 or later and git."""

import sys


def main():
    # This file alone stays readable for older Pythons, so that they can say what is wrong.
    if sys.version_info < (3, 11):  # noqa: UP036
        found = ".".join(str(part) for part in sys.version_info[:2])
        sys.exit(
            "sendco needs Python 3.11 or later, and this is Python " + found + ".\n"
            "Install a newer Python and run this again with it, for example: python3.12 dev.py demo"
        )
    from sendco.tools.dev.main import main as run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
