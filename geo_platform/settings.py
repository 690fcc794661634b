"""All settings of the installation: one file, driven by the environment.

Without any variable this is a development machine: private database in ``var/``, messages on the console.
``GEO_ENV=production`` is strict: every secret and every legal text must be given, or the start is refused.
The table of variables stands in README.md.
"""

import os
import secrets
import sysconfig
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
env = environ.Env()

PRODUCTION = env.str("GEO_ENV", "development") == "production"
DEBUG = env.bool("DEBUG", False) and not PRODUCTION


def _development_secret() -> str:
    """Return the secret in ``var/secret_key``, made on first use with mode 0600."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(secrets.token_urlsafe(50))
        except FileExistsError:
            pass  # another process of the same start was faster
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY") if PRODUCTION else env.str("SECRET_KEY", "") or _development_secret()
# Former keys: links in mails that were signed with them go on working after a rotation.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
# Mails carry absolute links; they come from here, never from the Host header (threat W5).
PUBLIC_URL = env.str("PUBLIC_URL", "" if PRODUCTION else f"http://127.0.0.1:{env.str('PORT', '8000')}")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PRODUCTION and PUBLIC_URL else []
# True only where the demonstration town and its logins may exist.
DEMO = env.bool("DEMO", not PRODUCTION) and not PRODUCTION

# GDAL >= 3.9 refuses file and network access from CRS strings; Debian 12 has 3.6 (docs/adr/0004-gdal-from-wheels.md).
_SITE = Path(sysconfig.get_paths()["platlib"])
if _gdal := next((_SITE / "pyogrio.libs").glob("libgdal-*.so*"), None):
    GDAL_LIBRARY_PATH = str(_gdal)
if _geos := next((_SITE / "shapely.libs").glob("libgeos_c-*.so*"), None):
    GEOS_LIBRARY_PATH = str(_geos)

INSTALLED_APPS = [
    "apps.geo",
    "apps.geofiles",
    "apps.places",
    "apps.accounts",
    "apps.outbox",
    "apps.departments",
    "apps.contributions",
    "apps.citizens",
    "apps.reports",
    "apps.hotspots",
    "apps.consultations",
    "apps.ideas",
    "apps.geoservices",
    "apps.open311",
    "apps.statements",
    "geo_platform",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_altcha",
    "django_cotton.apps.SimpleAppConfig",
    "django_vite",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "leaflet",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "rest_framework",
]
INSTALLED_APPS += env.list("EXTRA_APPS", default=[])

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.accounts.middleware.StaffSessionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.places.middleware.MunicipalityMiddleware",
    "geo_platform.body_limit.BodyLimitMiddleware",
]
ROOT_URLCONF = "geo_platform.urls"
WSGI_APPLICATION = "geo_platform.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "builtins": ["django_cotton.templatetags.cotton"],
            "loaders": [("django.template.loaders.cached.Loader", ["geo_platform.template_loader.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "geo_platform.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
COTTON_ISOLATE_BY_DEFAULT = True  # a component sees what it is handed, no variable of the page
INSTALLED_APPS.append("django.forms")  # last: our own field templates come first

# ---- Database -------------------------------------------------------------------------------------------------
if env.str("DATABASE_URL", ""):
    DATABASES = {"default": env.db("DATABASE_URL", engine="django.contrib.gis.db.backends.postgis")}
else:
    from geo_platform import embedded_postgis

    DATABASES = {"default": embedded_postgis.database_settings(BASE_DIR)}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# The web process gives up a statement before its reader does (deploy/gunicorn.conf.py); commands and worker take their
# time. 0: no limit.
_STATEMENT_SECONDS = env.int("STATEMENT_TIMEOUT_SECONDS", 0)
if env.bool("TRANSACTION_POOLER", False):
    # The pooler hands the server to somebody else after each transaction: nothing may outlive one.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
else:
    # A few large statements are prepared (apps/geo/prepared.py) and planned once, not once for each set of values;
    # only they bind on the server, so the mode touches them and the one-row statements of triggers.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.setdefault("prepare_threshold", 5)
    _options["options"] = f"{_options.get('options', '')} -c plan_cache_mode=force_generic_plan".strip()
    if _STATEMENT_SECONDS:
        _options["options"] += f" -c statement_timeout={_STATEMENT_SECONDS}s"
DATABASES["default"]["TEST"] = {
    # Engineers and parallel runs on one machine keep their test databases apart.
    "NAME": "test_" + DATABASES["default"]["NAME"] + env.str("TEST_DB_SUFFIX", ""),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The database keeps rate limits and one-time solutions for all processes (threat W11: no per-process cache).
CACHES = {
    # allauth's rate limits know no other; entries must not be pushed out by a flood before their time.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000, "CULL_FREQUENCY": 10},
    },
    # What may be forgotten, and differ between processes.
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
CACHES["shared"] = CACHES["default"]
ALTCHA_CACHE_ALIAS = "shared"
ALTCHA_HMAC_KEY = SECRET_KEY

# ---- Language, time, places -----------------------------------------------------------------------------------
LANGUAGE_CODE = "de"
LANGUAGES = [("de", "Deutsch"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Berlin"
USE_TZ = True
# Metric storage CRS; chosen before the first migration, see apps/geo/crs.py.
GEO_SRID = env.int("GEO_SRID", 25833)
# AGS of the municipality that answers where the host name names none.
DEFAULT_MUNICIPALITY = env.str("DEFAULT_MUNICIPALITY", "")

# ---- Accounts -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Accounts that the house makes are confirmed from the beginning; citizens confirm theirs by a link.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False  # scanners of mail follow links
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to people who have nothing to do with us (threat W7)
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False  # the second factor and the rate limits stay in the way
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "signup": "apps.citizens.forms.SignUpForm",
    "change_password": "apps.accounts.forms.ChangePasswordForm",
    "set_password": "apps.accounts.forms.SetPasswordForm",
    "reset_password": "apps.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "apps.accounts.forms.ResetPasswordKeyForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone may be half a minute wrong
MFA_TOTP_ISSUER = "Beteiligungsplattform"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/intern/"
LOGOUT_REDIRECT_URL = "/"
# Ten hours after sign-in a session ends, after one idle hour earlier (apps/accounts/middleware.py).
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 3600)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

# ---- Files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(VAR_DIR / "staticfiles")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(VAR_DIR / "media")))
# What was erased, to be erased again after a restore; copy it away more often than the database.
ERASURE_LEDGER = env.str("ERASURE_LEDGER", str(VAR_DIR / "erasures.log"))
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT), "file_permissions_mode": 0o600},
    },
    "staticfiles": {
        "BACKEND": "geo_platform.static_files.SiteStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Django's hashed names and those of vite's bundle never change their content.
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.[a-z0-9.]+$|/dist/assets/.+-[\w-]{8}\.[a-z0-9.]+$"
_BUNDLE = BASE_DIR / "static" / "dist" / "manifest.json"
DJANGO_VITE = {
    "default": {
        # Without a bundle (vite has not run yet) a development machine still shows its pages, without the look.
        "dev_mode": not PRODUCTION and not _BUNDLE.exists(),
        "static_url_prefix": "dist",
        "manifest_path": _BUNDLE,
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
DATA_UPLOAD_MAX_NUMBER_FILES = 10
# A whole request with its files: five photos of 15 MB and words, and below /intern/ a document of 100 MB.
REQUEST_MAX_BYTES, DESK_REQUEST_MAX_BYTES = 80_000_000, 105_000_000

# The database refuses to change or to take away a line of any history.
PGHISTORY_APPEND_ONLY = True

# ---- Mail -----------------------------------------------------------------------------------------------------
# Every mail goes through the outbox, which stores it in the caller's transaction and hands it to the transport.
vars().update(env.email("EMAIL_URL", "smtp://localhost:25"))
EMAIL_BACKEND = "apps.outbox.backend.OutboxEmailBackend"
EMAIL_TRANSPORT = env.str(
    "EMAIL_TRANSPORT", f"django.core.mail.backends.{'smtp' if PRODUCTION else 'filebased'}.EmailBackend"
)
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT_SECONDS", 20)
# A worker that was killed loses its messages to the others after the lease; a failed attempt is repeated after the
# first wait, then twice as late each time.
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", 45)
OUTBOX_BACKOFF_SECONDS = env.float("OUTBOX_BACKOFF_SECONDS", 30)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "beteiligung@brandis.invalid")
# Who gets the heads of the proofs of publication each day, best outside this house (docs/adr/0023); planners if empty.
PROOF_RECIPIENTS = env.list("PROOF_RECIPIENTS", default=[])
# The way in for the self-check where a worker cannot reach the site by its public address, as http://web:8000.
SELF_CHECK_URL = env.str("SELF_CHECK_URL", "")

# ---- Security -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # KERN draws its form icons as data: SVG; map tiles come from our own proxy.
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# Other houses' Open311 servers: where named, only these hosts are asked; ``host:port`` in the second list may lie in a
# private network and speak plain http (threat W17).
OPEN311_HOSTS = env.list("OPEN311_HOSTS", default=[])
OPEN311_PRIVATE_HOSTS = env.list("OPEN311_PRIVATE_HOSTS", default=[])
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# How many reverse proxies append to X-Forwarded-For; 0 means the header is ignored (threat W11).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
# Widens (or tightens) how much may be sent from one connection and by all together (apps/contributions/limits.py).
RATE_LIMIT_FACTOR = env.float("RATE_LIMIT_FACTOR", 1)
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"

# ---- Interfaces -----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "EXCEPTION_HANDLER": "rest_framework.views.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Beteiligungsplattform – REST API",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
}
LEAFLET_CONFIG = {
    "DEFAULT_CENTER": (51.333915, 12.609467),
    "DEFAULT_ZOOM": 14,
    "MIN_ZOOM": 8,
    "MAX_ZOOM": 19,
    "TILES": [],
    "RESET_VIEW": False,
    "NO_GLOBALS": False,
    "ATTRIBUTION_PREFIX": False,
}
# Base map upstreams that the tile proxy may ask, first that answers wins; empty list: only the map drawn from places.
BASEMAP_UPSTREAMS = env.list("BASEMAP_UPSTREAMS", default=["basemapde"])

# ---- Log: one JSON object a line, ids only (threats V11, V12) ---------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "geo_platform.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "WARNING")},
    "loggers": {"django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
