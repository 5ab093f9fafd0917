"""What must be true before real pupils' data is touched. Each message says how to mend it."""

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

MOST_PROXIES = 5


def _faults():
    if settings.IS_LOCAL:
        return
    if settings.DEBUG:
        yield "E001", "SENDCO_DEBUG is on.", "Unset SENDCO_DEBUG: error pages would show pupils' data."
    if settings.DEMO:
        yield "E002", "SENDCO_DEMO is on: demo passwords are public.", "Unset SENDCO_DEMO and use an empty database."
    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 10:
        yield "E003", "SENDCO_SECRET_KEY is too weak.", "Use at least 50 random characters."
    if not settings.FIELD_KEYS or settings.SECRET_KEY in settings.FIELD_KEYS:
        yield "E004", "SENDCO_FIELD_KEYS is missing or the same as the secret key.", "Set a Fernet key of its own."
    if "*" in settings.ALLOWED_HOSTS:
        yield "E006", "SENDCO_HOSTS allows every host name.", "Name the host that the school uses."
    yield from _sign_in_faults()
    yield from _service_faults()


def _service_faults():
    if not 1 <= settings.BEHIND_PROXY <= MOST_PROXIES:
        mend = "Set it to the number of proxies in front: the site speaks no TLS of its own, so there is at least one."
        yield "E014", f"SENDCO_PROXIES is {settings.BEHIND_PROXY}.", mend
    if not settings.REDIS_URL:
        yield "E005", "The broker is the local file system.", "Set REDIS_URL to the Redis that carries background work."
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        yield "E007", "The database is SQLite.", "Set DATABASE_URL to a PostgreSQL database."
    if settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        yield "E008", "Passkeys would accept any origin.", "Unset SENDCO_DEBUG."
    if not settings.SITE_URL.startswith("https://"):
        yield "E009", "SENDCO_SITE_URL is not https.", "Serve the site over TLS and set its https:// address."


def _sign_in_faults():
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        yield "E010", "Each process keeps its own sign-in limits.", "Set REDIS_URL or CACHE_REDIS_URL."
    if "staff.middleware.SecondFactorMiddleware" not in settings.MIDDLEWARE or not settings.MFA_REQUIRED:
        yield "E011", "A second factor is not asked for.", "Unset SENDCO_MFA_REQUIRED: it is on by default."
    microsoft = settings.SOCIALACCOUNT_PROVIDERS.get("microsoft")
    if microsoft and microsoft["APPS"][0]["settings"]["tenant"] in {"", "common", "organizations", "consumers"}:
        yield (
            "E012",
            "Microsoft sign-in is open to any organisation.",
            "Set SENDCO_MICROSOFT_TENANT to the school's id.",
        )
    google = settings.SOCIALACCOUNT_PROVIDERS.get("google")
    if google and not google["AUTH_PARAMS"]["hd"]:
        yield "E013", "Google sign-in is open to any organisation.", "Set SENDCO_GOOGLE_DOMAIN to the school's domain."


@checks.register(checks.Tags.security)
def site_is_safe(app_configs, **kwargs):
    return [checks.Error(what, hint=mend, id=f"sendco.{code}") for code, what, mend in _faults()]


def ensure_safe_to_start():
    """Raise ImproperlyConfigured with every fault and its mend."""
    faults = [f"{what} {mend}" for _, what, mend in _faults()]
    if faults:
        raise ImproperlyConfigured("This site is not safe to start:\n- " + "\n- ".join(faults))
