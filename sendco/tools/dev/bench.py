"""Measure the pages on a database made for it: SQLite, then a private PostgreSQL with Redis."""

import tempfile

from ...install import assets, environment
from ...install.shell import is_ci, say
from . import servers

QUIET = {
    "SENDCO_DEBUG": "0",
    "SENDCO_DEMO": "0",
    "SENDCO_SECRET_KEY": "only-for-measuring-0123456789-abcdefghijklmnopqrstuvwxyz-ABC",
}


def bench(arguments):
    environment.ensure("base")
    assets.build()
    code = _leg({}, arguments)
    missing = servers.missing_after_install({"PostgreSQL": servers.find_postgresql, "Redis": servers.find_redis})
    if missing:
        say(f"\n!!! PostgreSQL: NOT MEASURED, missing: {', '.join(missing)} !!!")
        return 1 if is_ci() else code
    with servers.private_servers() as addresses:
        return _leg(addresses, arguments) or code


def _leg(addresses, arguments):
    with tempfile.TemporaryDirectory(prefix="sendco-bench-") as data:
        env = {"DATABASE_URL": "", "REDIS_URL": "", "CACHE_REDIS_URL": "", **QUIET, **addresses, "SENDCO_DATA": data}
        environment.manage("prepare", "--verbosity", "0", env=env)
        return environment.manage("bench", *arguments, env=env, check=False)
