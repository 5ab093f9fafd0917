import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from sendco.audit.models import Seal


class Command(BaseCommand):
    help = "Write one consistent copy of the database to FILE while the site runs. Files are backed up apart."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="file to write; it must not exist yet")

    def handle(self, *, file, **options):
        # Made by us and readable by us alone before a byte of it is written.
        try:
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError as error:
            raise CommandError(f"{file} exists already. Name a new file.") from error
        except OSError as error:
            raise CommandError(f"Cannot write {file}: {error.strerror}.") from error
        try:
            (_copy_sqlite if connection.vendor == "sqlite" else _dump_postgresql)(file)
        except BaseException:
            file.unlink(missing_ok=True)
            raise
        self.stdout.write(f"Wrote {file} ({file.stat().st_size} bytes).")
        if head := _head_of_the_record():
            self.stdout.write(f"Head of the audit record: {head}. Write it down apart from the backup.")


def _head_of_the_record():
    """What `check_audit --head` compares after a restore; none before the first night, or without tables."""
    try:
        return Seal.objects.order_by("-day").values_list("head", flat=True).first()
    except DatabaseError:
        return None


def _copy_sqlite(file):
    """SQLite's backup API: a plain copy of the file would miss what is still in the write-ahead log."""
    connection.ensure_connection()
    with closing(sqlite3.connect(file)) as target:
        connection.connection.backup(target)


def _dump_postgresql(file):
    settings = connection.settings_dict
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={file}", f"--dbname={settings['NAME']}"]
    for flag, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if settings[key]:
            command.append(f"{flag}={settings[key]}")
    try:
        # The password goes through the environment: other users can read a command line.
        done = subprocess.run(command, env={**os.environ, "PGPASSWORD": settings["PASSWORD"]}, check=False)
    except FileNotFoundError as error:
        raise CommandError("pg_dump is not installed. Install postgresql-client and try again.") from error
    if done.returncode:
        raise CommandError(f"pg_dump failed (exit {done.returncode}).")
