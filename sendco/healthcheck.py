"""Ask a running part of the site whether it is well: `python -m sendco.healthcheck web` or `beat`.

Exit 0 when well, 1 when not. Containers call this every half minute, so it loads the standard library only.
"""

import http.client
import os
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

# Beat writes its schedule every three minutes; twice that and a little more means that it hangs.
BEAT_SECONDS = 420


def web(*, port=8000, timeout=5):
    """True when /healthz answers 200 under the name that the site is known by."""
    site = urlsplit(os.environ.get("SENDCO_SITE_URL", ""))
    hosts = os.environ.get("SENDCO_HOSTS", "").split(",")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/healthz", headers={"Host": hosts[0].strip() or site.hostname or "localhost"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def beat(*, data, now):
    """True when the scheduler's file under `data` was written lately."""
    files = list(Path(data).glob("beat-schedule*"))
    return bool(files) and now - max(file.stat().st_mtime for file in files) < BEAT_SECONDS


def main(arguments):
    part = arguments[0] if arguments else "web"
    if part == "web":
        return 0 if web() else 1
    if part == "beat":
        return 0 if beat(data=os.environ.get("SENDCO_DATA", "var"), now=time.time()) else 1
    return f"Unknown part {part!r}: use web or beat."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
