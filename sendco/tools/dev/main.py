"""The commands of dev.py."""

import argparse
import os
from pathlib import Path

from ...install import assets, environment
from ...install.shell import ROOT, Problem, run, say
from . import attack, bench, figures, lint, local, locks, pictures, secret_files, secret_scan, suite
from .drill import runner as drills


def main(arguments):
    os.umask(0o022)
    # Every process that is started below would compile the whole site anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    options, rest = _parser().parse_known_args(arguments)
    if rest and not options.passes_on:
        _parser().error(f"unknown arguments: {' '.join(rest)}")
    try:
        return options.run(options, rest) or 0
    except Problem as problem:
        say(f"\n{problem}")
        return 1
    except KeyboardInterrupt:
        return 130


def _parser():
    parser = argparse.ArgumentParser(prog="dev.py", description="Start, test and check sendco.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def add(name, help_text, run, *, passes_on=False):
        command = commands.add_parser(name, help=help_text, description=help_text, add_help=not passes_on)
        command.set_defaults(run=run, passes_on=passes_on)
        return command

    for name, demo, text in (
        ("demo", True, "Start a local copy with demo schools"),
        ("start", False, "Start a local copy without demo data"),
    ):
        command = add(name, text, lambda options, rest, demo=demo: _start(options, demo=demo))
        command.add_argument("--port", type=int, default=8000)
        command.add_argument("--prepare-only", action="store_true", help="do everything but start the site")
    tests = add("test", "Run all tests; other arguments go to pytest", _test, passes_on=True)
    tests.add_argument("--fast", action="store_true", help="only the embedded database")
    soak = add("soak", "Repeat the kill tests; other arguments go to pytest", _soak, passes_on=True)
    soak.add_argument("--times", type=int, default=20)
    add("lint", "Run every check that is not a test", lambda options, rest: lint.lint())
    add("lock", "Lock the requirements anew", lambda options, rest: locks.lock())
    add("assets", "Build static/vendor/", lambda options, rest: assets.build())
    add("bench", "Measure the pages; arguments go to manage.py bench", _bench, passes_on=True)
    add("manage", "Run a manage.py command on the local copy", lambda options, rest: local.manage(rest), passes_on=True)
    add("secrets", "Make the secrets/ folder that docker-compose.yml reads", _secrets)
    add("accept-secrets", "Label what lint named, one by one, in .ci/secrets.baseline", _accept_secrets)
    attacked = add("attack", "Attack a demo site of its own with wapiti, schemathesis and sqlmap", _attack)
    attacked.add_argument(
        "--seconds", type=int, default=120, help="for each tool and role (default 120); sqlmap takes six times that"
    )
    attacked.add_argument("--only", choices=attack.TOOLS, action="append", help="this tool alone; may be repeated")
    attacked.add_argument("--postgresql", action="store_true", help="on a private PostgreSQL and Redis, not on SQLite")
    drilled = add("drill", "Lose and restore a demo site of its own, fill its disk, kill its worker and broker", _drill)
    drilled.add_argument("only", nargs="?", choices=list(drills.DRILLS), help="this drill alone")
    add("sbom", "Write sbom.json: every package that the site is built from", _sbom)
    _add_figures(add("figures", "Print the sizes of the code; each rule stands in the sources", _figures))
    _add_pictures(add("pictures", "Picture every page of a demo site of its own, or compare two sets", _pictures))
    add("help", "Show this list", lambda options, rest: parser.print_help())
    return parser


def _add_figures(command):
    command.add_argument("--root", type=Path, default=ROOT, help="another checkout")
    command.add_argument(
        "--list", dest="names", metavar="NAME", action="append", default=[], help="the places behind it"
    )
    command.add_argument("--json", type=Path, metavar="FILE", help="write the table there too")


def _add_pictures(command):
    command.add_argument("folder", nargs="?", type=Path, help="a new folder for the pictures")
    command.add_argument("--site-root", type=Path, default=ROOT, help="picture another checkout's site")
    command.add_argument("--like", type=Path, metavar="FOLDER", help="begin with the addresses of an earlier set")
    command.add_argument("--every-role", action="store_true", help="each page in each role, not in the first alone")
    command.add_argument("--compare", nargs=2, type=Path, metavar=("BEFORE", "AFTER"))
    command.add_argument("--out", type=Path, help="folder for what differs (default AFTER/differences)")
    command.set_defaults(command_parser=command)


def _start(options, *, demo):
    return local.start(port=options.port, demo=demo, prepare_only=options.prepare_only)


def _test(options, rest):
    return suite.test(rest, fast=options.fast)


def _soak(options, rest):
    return suite.soak(rest, times=options.times)


def _accept_secrets(options, rest):
    environment.ensure("dev")
    return secret_scan.accept()


def _attack(options, rest):
    return attack.attack(seconds=options.seconds, postgresql=options.postgresql, tools=options.only or attack.TOOLS)


def _drill(options, rest):
    return drills.drill(only=options.only)


def _sbom(options, rest):
    environment.ensure("dev")
    return run([environment.PYTHON, "-m", "sendco.tools.dev.sbom"])


def _figures(options, rest):
    return figures.figures(root=options.root, names=options.names, into=options.json)


def _pictures(options, rest):
    if bool(options.folder) == bool(options.compare):
        options.command_parser.error("give one folder to fill, or --compare and two")
    if options.compare:
        return pictures.compare(*options.compare, out=options.out)
    how = {"site_root": options.site_root, "like": options.like, "every_role": options.every_role}
    return pictures.take(options.folder, **how)


def _bench(options, rest):
    return bench.bench(rest)


def _secrets(options, rest):
    return secret_files.write()
