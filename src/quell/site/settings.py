"""Django's settings. Nothing here needs a server: quell.site.database fills in where the database is."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from quell.site import database

HERE = Path(__file__).parent

# ---- what Quell is made of ----

# The one list of Quell's own apps; an app is added here and nowhere else. (Adding one: its models and migrations
# appear; its urls go in quell/site/urls.py.)
QUELL_APPS: list[str] = [
    "quell.ledger",
    "quell.vault",
    "quell.registry",
    "quell.report",
    "quell.desks.house",
    "quell.desks.duties",
    "quell.desks.chase",
    "quell.desks.laboratory",
    "quell.desks.lists",
    "quell.desks.chains",
    "quell.chainview",  # static files only
    "quell.desks.opening",
    "quell.desks.outbreak",
    "quell.desks.subject",
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    *QUELL_APPS,
]

MIDDLEWARE = [
    "quell.site.security.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "quell.site.static.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Every view asks for a sign-in unless it says @login_not_required itself.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "quell.site.urls"
ASGI_APPLICATION = "quell.site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "quell.desks.house.board.around",
            ],
        },
    },
]

# ---- the database ----

# Under ASGI every request may run in another thread, and a connection kept by a thread is then a connection lost: so
# CONN_MAX_AGE is 0 everywhere. `quell serve` gives the web role a pool instead (database.POOL), which saves the 5 to
# 10 ms of a new connection. A pooled connection is rolled back between requests but not reset: set session variables
# with SET LOCAL (set_config(…, true)) inside the transaction, never with SET.
DATABASES = database.django_databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- people ----

_connections = database.current()
# Without an installation (mypy, a unit test) a key that lives as long as the process.
SECRET_KEY = _connections.secret_key if _connections else secrets.token_urlsafe(32)

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# ---- where it is reached ----

DEBUG = os.environ.get("QUELL_DEBUG") == "1"
# Phones on the local network reach the board by whatever name or number the machine has there; name yours to narrow.
ALLOWED_HOSTS = os.environ.get("QUELL_HOSTS", "*").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("QUELL_ORIGINS", "").split(",") if origin]

# The form that corrects how a wide line list is understood has a field for each heading and each word.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

HTTPS = os.environ.get("QUELL_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds: one shift
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SECURE_HSTS_SECONDS = 0  # a promise that a machine on a local network may not be able to keep
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if HTTPS else None

# ---- files ----

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: no collectstatic step
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False

# ---- language and time ----

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [HERE.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("QUELL_LOG", "WARNING")},
}
