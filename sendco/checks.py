"""What must be true before real pupils' data is touched. Each message says how to mend it."""

from email.utils import parseaddr

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from sendco import crypt
from sendco.audit.privileges import owns_what_is_kept

MOST_PROXIES = 5
# Domains that belong to nobody: the guide's examples, and the addresses of the demo.
NOBODYS = (".example", ".example.org", ".example.com", "@example.org", "@example.com")


def _faults():
    yield from _key_faults()
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
    yield from _mail_faults()


def _key_faults():
    """A key that is none fails only when somebody signs in: said here, by its place and never by its text."""
    for place, key in enumerate(settings.FIELD_KEYS, 1):
        try:
            Fernet(key)
        except ValueError:
            made = "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
            mend = f'Make one where sendco is installed: .venv/bin/python -c "{made}"'
            yield "E015", f"Key {place} of SENDCO_FIELD_KEYS is not a Fernet key.", mend


def _mail_faults():
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        mend = "Set SENDCO_EMAIL_URL, like smtp://user:password@host:587."  # pragma: allowlist secret
        yield "E016", "No mail server is set: invitations, links and reminders would go into files.", mend
    elif settings.EMAIL_HOST.endswith(NOBODYS):
        yield "E016", "The mail server is the guide's example.", "Set SENDCO_EMAIL_URL to the school's mail server."
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if sender.endswith(("@localhost", *NOBODYS)) or "@" not in sender:
        yield (
            "E017",
            "SENDCO_FROM_EMAIL is no address of the school.",
            "Set it to the sender of reminders and invitations.",
        )


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


@checks.register(checks.Tags.security, deploy=True)
def what_is_stored_is_safe(app_configs, **kwargs):
    return [checks.Error(what, hint=mend, id=f"sendco.{code}") for code, what, mend in _stored_faults()]


def _stored_faults():
    """What the database itself tells. One that does not answer, or has no tables yet, tells nothing."""
    if settings.IS_LOCAL or settings.DEMO or list(_key_faults()):
        return
    # The models are loaded after this module.
    from allauth.mfa.models import Authenticator

    from pupils.models import Contact
    from staff.models import User

    try:
        demo = User.objects.filter(is_active=True, email__iendswith=".example").count()
        sealed = Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("data__secret", flat=True)
        hidden = Contact.objects.exclude(sealed_address="").values_list("sealed_address", flat=True)
        texts = [text for text in (sealed.first(), hidden.first()) if text]
        owner = owns_what_is_kept(connection) and not settings.APP_DATABASE_URL
    except DatabaseError:
        return
    finally:
        if not connection.in_atomic_block:
            connection.close()
    if demo:
        mend = "Their password is public. Start with an empty database, or set SENDCO_DEMO=1 on a local copy."
        yield "E018", f"The database holds {demo} demo accounts.", mend
    if owner:
        mend = "Give the site a role of its own: docs/deployment.md, Two roles."
        yield "E020", "The site's database role owns the audit record and could change it.", mend
    if not all(_opens(text) for text in texts):
        mend = "Put back the key that sealed it, after the newest one."
        yield "E019", "SENDCO_FIELD_KEYS does not open what the database holds.", mend


def _opens(text):
    try:
        crypt.decrypt(text)
    except InvalidToken:
        return False
    return True


def ensure_safe_to_start():
    """Raise ImproperlyConfigured with every fault and its mend."""
    faults = [f"{what} {mend}" for _, what, mend in (*_faults(), *_stored_faults())]
    if faults:
        raise ImproperlyConfigured("This site is not safe to start:\n- " + "\n- ".join(faults))
