# ruff: noqa: INP001  (detect-secrets reads this file by its path, which its baseline names)
"""What detect-secrets passes over beside the files that the baseline leaves out."""

TYPED = "Secret Keyword"  # noqa: S105  # pragma: allowlist secret  (a kind of finding)


def is_test_password(filename, plugin, secret):
    """Tests type passwords on every other page. Keys, tokens and random text are looked for there as everywhere.

    detect-secrets asks a filter about a finding only when it takes the secret.
    """
    return bool(secret) and filename.startswith("tests/") and plugin.secret_type == TYPED
