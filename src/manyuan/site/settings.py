"""Settings: safe by default, everything that differs between places comes from the environment (documented in docs/settings.md).

Demo mode (MANYUAN_DEMO=1, what `make run` does) makes demo accounts, and binds to loopback only.
"""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

SOURCE = Path(__file__).resolve().parents[1]
PROJECT = SOURCE.parents[1]
TESTING = "pytest" in sys.modules


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default).strip().lower() in {"1", "true", "yes", "on"}


def _list(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


DEMO = _flag("MANYUAN_DEMO")
DEBUG = _flag("MANYUAN_DEBUG")
DATA_DIR = Path(os.environ.get("MANYUAN_DATA_DIR", PROJECT / "var"))
PACK_DIR = Path(os.environ.get("MANYUAN_PACK", PROJECT / "packs" / "chengdu"))
STATIC_BUILD = PROJECT / "build" / "static"


def _secret(variable: str, name: str) -> str:
    """A secret: from the environment, else made once in the data directory and kept readable by its owner only."""
    given = os.environ.get(variable)
    if given:
        return given
    if TESTING:
        return "only-for-tests-" + "0" * 50
    kept = DATA_DIR / name
    if not kept.exists():
        DATA_DIR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
    return kept.read_text()


SECRET_KEY = _secret("MANYUAN_SECRET_KEY", "secret_key")
FIELD_KEYS = [key.strip() for key in _secret("MANYUAN_FIELD_KEY", "field_key").split(",") if key.strip()]  # the first seals account numbers, all open
ALLOWED_HOSTS = _list("MANYUAN_HOSTS") or ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = _list("MANYUAN_ORIGINS")

INSTALLED_APPS = [
    "manyuan.surfaces.web",  # first: its templates go before those of the libraries
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "manyuan.facts.audit",
    "manyuan.facts.scanning",
    "manyuan.facts.parks",
    "manyuan.facts.enterprises",
    "manyuan.facts.accounts",
    "manyuan.facts.filings",
    "manyuan.facts.programme",
    "manyuan.facts.factsheet",
    "manyuan.work.notices",
    "manyuan.work.money",
    "manyuan.work.policies",
    "manyuan.work.cases",
    "manyuan.work.demands",
    "manyuan.work.visits",
    "manyuan.work.meetings",
    "manyuan.work.matters",
    "manyuan.work.supply",
    "manyuan.work.cultivation",
    "manyuan.work.evaluation",
    "manyuan.work.environment",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "manyuan.facts.accounts.middleware.ActorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "manyuan.surfaces.web.plain_text.PlainText",
    "manyuan.surfaces.web.page_tables.TablesToXlsx",
]

ROOT_URLCONF = "manyuan.site.urls"
WSGI_APPLICATION = "manyuan.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "manyuan.surfaces.web.layout.context",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    """A database from one setting: empty for SQLite in the data directory, `sqlite:///PATH`, or `postgresql://user:password@host:port/name`."""
    if not url or url.startswith("sqlite"):
        path = url.removeprefix("sqlite:///") if url else str(DATA_DIR / "manyuan.sqlite3")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;",
            },
            "TEST": {"NAME": os.path.join(tempfile.gettempdir(), f"manyuan-test-{os.getpid()}.sqlite3")},  # a file: threads need WAL
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(f"MANYUAN_DATABASE: found scheme {parts.scheme!r}, expected sqlite or postgresql")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(os.environ.get("MANYUAN_DATABASE", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REACTIONS = "manyuan.site.reactions.REACTIONS"  # what the worker hands events to
COUNTED = "manyuan.site.counting.COUNTED"  # records of the work apps that commitments are measured by
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "manyuan.facts.accounts.adapters.ClosedSignup"
SOCIALACCOUNT_ADAPTER = "manyuan.facts.accounts.adapters.KnownPeopleOnly"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/300s/key"}
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Manyuan 满园"
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if os.environ.get("MANYUAN_OIDC_SERVER"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "sso",
                "name": os.environ.get("MANYUAN_OIDC_NAME", "统一身份认证"),
                "client_id": os.environ.get("MANYUAN_OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("MANYUAN_OIDC_SECRET", ""),
                "settings": {"server_url": os.environ["MANYUAN_OIDC_SERVER"]},
            }
        ]
    }

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries", "OPTIONS": {"MAX_ENTRIES": 100_000}}
    if _flag("MANYUAN_SHARED_CACHE")
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "surfaces" / "web" / "locale", *sorted((SOURCE / "surfaces" / "web").glob("*/locale")), SOURCE / "surfaces" / "api" / "locale"]
LANGUAGE_COOKIE_NAME = "manyuan_language"
TIME_ZONE = os.environ.get("MANYUAN_TIME_ZONE", "Asia/Shanghai")
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [STATIC_BUILD] if STATIC_BUILD.exists() else []
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG or TESTING
WHITENOISE_MAX_AGE = 3600

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = _flag("MANYUAN_BEHIND_PROXY")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0  # whose requests they are: limits count visitors, not the proxy
BEHIND_HTTPS = _flag("MANYUAN_HTTPS", "0" if (DEMO or DEBUG or TESTING) else "1")
if BEHIND_HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
    SECURE_SSL_REDIRECT = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31536000

VIRUS_SCANNER = os.environ.get("MANYUAN_VIRUS_SCANNER", "").strip()  # a command; see facts/scanning
VIRUS_SCANNER_SECONDS = int(os.environ.get("MANYUAN_VIRUS_SCANNER_SECONDS", 60))
UPLOAD_MAX_BYTES = int(os.environ.get("MANYUAN_UPLOAD_MAX_BYTES", 64 * 1024 * 1024))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
NINJA_PAGINATION_MAX_LIMIT = 500
NINJA_PAGINATION_PER_PAGE = 50
API_RATE = int(os.environ.get("MANYUAN_API_RATE", "600"))
MAP_APPROVAL_NUMBER = os.environ.get("MANYUAN_MAP_APPROVAL_NUMBER", "")

# Notices: mail where a server is named, SMS where a gateway is (an Apprise address with {phone} in it), in these hours of working days
EMAIL_HOST = os.environ.get("MANYUAN_EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("MANYUAN_EMAIL_PORT", "465"))
EMAIL_HOST_USER = os.environ.get("MANYUAN_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("MANYUAN_EMAIL_PASSWORD", "")
EMAIL_USE_SSL = _flag("MANYUAN_EMAIL_SSL", "1")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("MANYUAN_EMAIL_FROM", "manyuan@localhost")
NOTICE_EMAIL = bool(EMAIL_HOST)
NOTICE_SMS_URL = os.environ.get("MANYUAN_SMS_URL", "")
WORKING_HOURS = os.environ.get("MANYUAN_WORKING_HOURS", "09:00-12:00,13:00-18:00")  # clocks of cases run in these hours of working days
NOTICE_HOURS = os.environ.get("MANYUAN_NOTICE_HOURS", "09:00-18:00")
SITE_URL = os.environ.get("MANYUAN_URL", "").rstrip("/")  # the address of this site, before the links of notices

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("MANYUAN_LOG_LEVEL", "WARNING")},
}
