"""The secrets that docker-compose.yml hands to each service as files, made once and never overwritten."""

import base64
import os
import secrets

from ...install.shell import ROOT, say


def write(folder=None):
    """Write what is missing in secrets/ (which git ignores) and say what was kept."""
    folder = folder or ROOT / "secrets"
    folder.mkdir(mode=0o700, exist_ok=True)
    database, broker, cache = (_kept(folder, f"{name}_password") for name in ("database", "broker", "cache"))
    app = secrets.token_urlsafe(32)  # stands in the address alone, which is never overwritten
    wanted = {
        "database_password": database,
        "owner_url": f"postgresql://sendco:{database}@db:5432/sendco",
        "database_url": f"postgresql://sendco_app:{app}@db:5432/sendco",
        "broker_password": broker,
        "broker_url": f"redis://:{broker}@broker:6379/0",
        "cache_password": cache,
        "cache_url": f"redis://:{cache}@cache:6379/0",
        "secret_key": secrets.token_urlsafe(50),
        "field_keys": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "email_url": "",
    }
    made = [name for name, value in wanted.items() if _write_new(folder / name, value, by_hand=name == "email_url")]
    say(f"Made {', '.join(made)} in {folder.name}/." if made else f"{folder.name}/ is complete; nothing was changed.")
    if "email_url" in made:
        say("Put the mail server into secrets/email_url, like smtp://user:password@mail.example.org:587.")
    return 0


def _kept(folder, name):
    path = folder / name
    return path.read_text(encoding="utf-8").strip() if path.exists() else secrets.token_urlsafe(32)


def _write_new(path, value, *, by_hand):
    """The folder is closed to others; the files are readable because containers read them as users of their own."""
    if path.exists():
        return False
    path.write_text(value, encoding="utf-8")
    path.chmod(0o644 if by_hand else 0o444)
    return True
