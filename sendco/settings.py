"""All settings, in one module. Values come from the environment; the defaults start a local copy on SQLite."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONCE
from django.core.exceptions import ImproperlyConfigured

from sendco import databases
from sendco.env import env_bool, env_int, env_list, env_text

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_text("SENDCO_DATA", str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)

SITE_URL = env_text("SENDCO_SITE_URL", "http://localhost:8000").rstrip("/")
_SITE = urlsplit(SITE_URL)
LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]"}
# A site reached only from its own machine may do without TLS, a second factor and Redis; any other site may not.
IS_LOCAL = _SITE.scheme == "http" and _SITE.hostname in {"localhost", "127.0.0.1", "::1"}
DEBUG = env_bool("SENDCO_DEBUG")
DEMO = env_bool("SENDCO_DEMO")

SECRET_KEY = env_text("SENDCO_SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SENDCO_SECRET_KEY is missing. Set it, or SENDCO_SECRET_KEY_FILE, to at least 50 random characters: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    SECRET_KEY = secrets.token_urlsafe(50)
SECRET_KEY_FALLBACKS = env_list("SENDCO_SECRET_KEY_FALLBACKS")
# Encrypts sign-in secrets and hidden addresses at rest; newest key first. Derived from SECRET_KEY only on a local copy.
FIELD_KEYS = env_list("SENDCO_FIELD_KEYS")

ALLOWED_HOSTS = env_list("SENDCO_HOSTS") or [_SITE.hostname or "localhost", *(LOCAL_HOSTS if IS_LOCAL else [])]
CSRF_TRUSTED_ORIGINS = [SITE_URL] if not IS_LOCAL else []
USE_X_FORWARDED_HOST = False
BEHIND_PROXY = env_int("SENDCO_PROXIES", 0)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "sendco.apps.SendcoConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "simple_history",
    "sendco.audit",
    "sendco.due",
    "sendco.jobs",
    "sendco.files",
    "sendco.drafts",
    "sendco.formkit",
    "sendco.links",
    "sendco.limits",
    "sendco.charts",
    "sendco.pdf",
    "staff",
    "pupils",
    "provision",
    "ehcp",
    "governance",
]
# The demo and the bench; the image is built without them (.dockerignore).
if (BASE_DIR / "sendco" / "tools").is_dir():
    INSTALLED_APPS.append("sendco.tools")

MIDDLEWARE = [
    "sendco.middleware.headers.SecurityHeadersMiddleware",
    "sendco.middleware.health.HealthMiddleware",
    "sendco.middleware.storage.StorageMiddleware",
    "sendco.middleware.request_log.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sendco.middleware.sessions.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "sendco.middleware.headers.SignInOriginsMiddleware",
    "sendco.middleware.sessions.SessionLimitsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "staff.middleware.SecondFactorMiddleware",
    "staff.middleware.ActingMiddleware",
    "staff.middleware.SignInFormsMiddleware",
    "sendco.middleware.htmx.HtmxMessagesMiddleware",
    "sendco.middleware.limits.LimitsMiddleware",
    "sendco.middleware.words.NoBlankPageMiddleware",
]

ROOT_URLCONF = "sendco.urls"
WSGI_APPLICATION = "sendco.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sendco.shell.shell",
            ],
            "builtins": ["sendco.templatetags.sendco_ui", "sendco.templatetags.sendco_components"],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

_DATABASE_URL = env_text("DATABASE_URL")
DATABASES = {
    "default": databases.postgresql(_DATABASE_URL, conn_max_age=env_int("SENDCO_CONN_MAX_AGE", 60))
    if _DATABASE_URL
    else databases.sqlite(DATA_DIR / "sendco.sqlite3")
}
# Only `manage.py prepare` has it: the role that runs the site, while DATABASE_URL names the owner of the tables.
APP_DATABASE_URL = env_text("SENDCO_APP_DATABASE_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_text("REDIS_URL")
CACHE_REDIS_URL = env_text("CACHE_REDIS_URL", REDIS_URL)
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_REDIS_URL}
    if CACHE_REDIS_URL
    else {
        # Shared by every process, as the sign-in limits need; the default of 300 entries would let a spray evict them.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "sendco_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Sign-in -----------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "staff.sign_in.passwords.MaximumLengthValidator"},
    {"NAME": "staff.sign_in.passwords.CommonPasswordValidator"},
    {"NAME": "staff.sign_in.passwords.ContextWordsValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "staff.sign_in.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "staff.sign_in.adapters.SocialAccountAdapter"
MFA_ADAPTER = "staff.sign_in.adapters.MFAAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account exists only because its address answered an invitation
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _SITE.scheme
ACCOUNT_MAX_EMAIL_ADDRESSES = 1
ACCOUNT_FORMS = {
    "login": "staff.sign_in.forms.LoginForm",
    "reauthenticate": "staff.sign_in.forms.ReauthenticateForm",
    "reset_password": "staff.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "staff.sign_in.forms.ResetPasswordKeyForm",
    "change_password": "staff.sign_in.forms.ChangePasswordForm",
    "set_password": "staff.sign_in.forms.SetPasswordForm",
    "add_email": "staff.sign_in.forms.AddEmailForm",
}
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
    "reset_password": "20/m/ip,3/h/key",
    "reauthenticate": "5/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = BEHIND_PROXY
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
MFA_REQUIRED = env_bool("SENDCO_MFA_REQUIRED", default=not IS_LOCAL)
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL and DEBUG
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 0
MFA_TOTP_ISSUER = "sendco"
MFA_TRUST_ENABLED = False
MFA_ALLOW_UNVERIFIED_EMAIL = True  # answering the invitation was the proof; allauth keeps no row that says so
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_FORMS = {
    "authenticate": "staff.sign_in.forms.AuthenticateForm",
    "reauthenticate": "staff.sign_in.forms.ReauthenticateCodeForm",
    "activate_totp": "staff.sign_in.forms.ActivateTOTPForm",
    "add_webauthn": "staff.sign_in.forms.AddWebAuthnForm",
    "edit_webauthn": "staff.sign_in.forms.EditWebAuthnForm",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {}
SIGN_IN_ORIGINS = []
if env_text("SENDCO_GOOGLE_CLIENT_ID"):
    INSTALLED_APPS.append("allauth.socialaccount.providers.google")
    SIGN_IN_ORIGINS.append("https://accounts.google.com")
    SOCIALACCOUNT_PROVIDERS["google"] = {
        "APPS": [{"client_id": env_text("SENDCO_GOOGLE_CLIENT_ID"), "secret": env_text("SENDCO_GOOGLE_SECRET")}],
        "AUTH_PARAMS": {"hd": env_text("SENDCO_GOOGLE_DOMAIN")},
    }
if env_text("SENDCO_MICROSOFT_CLIENT_ID"):
    INSTALLED_APPS.append("allauth.socialaccount.providers.microsoft")
    SIGN_IN_ORIGINS.append("https://login.microsoftonline.com")
    SOCIALACCOUNT_PROVIDERS["microsoft"] = {
        "APPS": [
            {
                "client_id": env_text("SENDCO_MICROSOFT_CLIENT_ID"),
                "secret": env_text("SENDCO_MICROSOFT_SECRET"),
                "settings": {"tenant": env_text("SENDCO_MICROSOFT_TENANT")},
            }
        ]
    }

# --- Sessions, cookies, headers ----------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not IS_LOCAL
SESSION_COOKIE_NAME = "sendco" if IS_LOCAL else "__Host-sendco"
CSRF_COOKIE_NAME = "csrf" if IS_LOCAL else "__Host-csrf"
CSRF_FAILURE_VIEW = "sendco.pages.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # the default is a readable cookie
IDLE_MINUTES = 20
SECURE_SSL_REDIRECT = not IS_LOCAL
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if IS_LOCAL else env_int("SENDCO_HSTS_SECONDS", 63_072_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# W021 asks for HSTS preload: a school's domain is not ours to put on a list that cannot be left for months.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [NONCE, "'strict-dynamic'"],
        "style-src": ["'self'"],
        "style-src-attr": ["'none'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "frame-src": ["'none'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "report-uri": "/csp-report",
        **({} if IS_LOCAL else {"upgrade-insecure-requests": True}),
    }
}

# --- Language, time, static files, files -------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["sendco.formats"]
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(mode=0o755, exist_ok=True)  # whitenoise warns about a folder that is not there
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": DATA_DIR / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 60
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
CLAMD_SOCKET = env_text("SENDCO_CLAMD_SOCKET")

# --- Mail --------------------------------------------------------------------------------------------------------
_MAIL = urlsplit(env_text("SENDCO_EMAIL_URL"))
if _MAIL.scheme in {"smtp", "smtps"}:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "localhost", _MAIL.port or 587
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.username or "", _MAIL.password or ""
    EMAIL_USE_SSL = _MAIL.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and env_bool("SENDCO_EMAIL_TLS", default=True)
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = env_text("SENDCO_FROM_EMAIL", "sendco <sendco@localhost>")
ADMINS = []

# --- Background work ---------------------------------------------------------------------------------------------
_BROKER = DATA_DIR / "broker"
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # A broker that is down is asked once: kombu's own tries would hold up whoever hands in a job for six seconds each.
    # The sweep sends it again. A worker keeps trying all the same.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "max_retries": 0}
else:
    for _part in ("queue", "control"):
        (_BROKER / _part).mkdir(mode=0o700, parents=True, exist_ok=True)
    CELERY_BROKER_URL = "folder://"  # sendco/broker.py
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_BROKER / "queue"),
        "data_folder_out": str(_BROKER / "queue"),
        "control_folder": str(_BROKER / "control"),
        "polling_interval": 0.1,
    }
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "sendco.jobs.tasks.sweep", "schedule": 60.0, "options": {"expires": 55}},
    "heartbeat": {"task": "sendco.jobs.tasks.beat_heartbeat", "schedule": 60.0, "options": {"expires": 55}},
    "reminders": {"task": "governance.tasks.daily", "schedule": 120.0, "options": {"expires": 115}},
    "audit-seal": {"task": "governance.tasks.seal", "schedule": 3600.0, "options": {"expires": 3500}},
    "housekeeping": {"task": "sendco.jobs.tasks.housekeeping", "schedule": 3600.0, "options": {"expires": 3500}},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"safe": {"()": "sendco.middleware.logs.SafeRecordFilter"}},
    "formatters": {"json": {"()": "sendco.middleware.logs.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["safe"]}},
    "root": {"handlers": ["stdout"], "level": "INFO" if not DEBUG else "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "INFO" if not DEBUG else "WARNING", "propagate": True},
        # Our own request log carries the route and the status; Django's would carry the path.
        "django.request": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
    },
}
DEFAULT_EXCEPTION_REPORTER_FILTER = "sendco.middleware.logs.HideEverythingFilter"
