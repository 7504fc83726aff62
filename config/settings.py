"""Settings, all from the environment; a missing or impossible value stops the start with one clear sentence.

Every variable is described in `.env.example`.
"""

import datetime as dt
import json
import re
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def _stop(variable, sentence):
    """Refuse to start, naming the variable and what is wrong with it."""
    raise ImproperlyConfigured(f"{variable}: {sentence} See .env.example.")


def _by_language(variable, default, *, may_be_one=False):
    """Read `fi=…;sv=…;en=…` into a dictionary with all three languages; with `may_be_one`, one text stands for all."""
    text = env.str(variable, default)
    if may_be_one and text and "=" not in text:
        return dict.fromkeys(("fi", "sv", "en"), text)
    values = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
    values = {language.strip(): value.strip() for language, value in values.items()}
    if set(values) != {"fi", "sv", "en"} or not all(values.values()):
        _stop(variable, "write it in three languages as fi=…;sv=…;en=….")
    return values


def _number(variable, default):
    """Read a whole number of at least 0."""
    text = env.str(variable, str(default)).strip()
    if not text.isdecimal():
        _stop(variable, f"must be a whole number, not “{text}”.")
    return int(text)


def _boolean(variable, default):
    """Read on/off; anything unclear stops the start instead of meaning "off"."""
    text = env.str(variable, default).strip().lower()
    if text not in {"on", "off", "true", "false", "1", "0", "yes", "no"}:
        _stop(variable, f"must be on or off, not “{text}”.")
    return text in {"on", "true", "1", "yes"}


# --- The installation ------------------------------------------------------------------------------------------------

DEBUG = _boolean("DEBUG", "off")

SECRET_KEY = env.str("SECRET_KEY", "")
if len(SECRET_KEY) < 40:
    _stop("SECRET_KEY", "is missing or shorter than 40 characters. Make one with: openssl rand -hex 32.")

SITE_URL = env.str("SITE_URL", "").rstrip("/")
try:
    _site = urlsplit(SITE_URL)
    _is_address = _site.scheme in {"http", "https"} and bool(_site.hostname) and not _site.path
    _site.port  # noqa: B018 - raises ValueError for a port that is not a number
except ValueError:
    _is_address = False
if not _is_address:
    _stop("SITE_URL", "must be the site's address such as https://rinnalla.example.org, without a path.")
IS_HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = [_site.hostname, *env.list("EXTRA_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

SITE_NAME = env.str("SITE_NAME", "Rinnalla")
# Until an installation names its own, as in the demo, the controller is visibly invented.
_INVENTED_CONTROLLER = (
    "fi=Esimerkkiyhdistys ry (keksitty);sv=Exempelföreningen rf (påhittad);en=Example Association (invented)"
)
CONTROLLER_NAME = _by_language("CONTROLLER_NAME", _INVENTED_CONTROLLER, may_be_one=True)
CONTROLLER_IS_NAMED = bool(env.str("CONTROLLER_NAME", ""))
CONTROLLER_ADDRESS = env.str("CONTROLLER_ADDRESS", "Esimerkkikatu 1, 00000 Esimerkkilä")
CONTROLLER_EMAIL = env.str("CONTROLLER_EMAIL", "rekisteri@example.org")
ENFORCEMENT_BODY = _by_language(
    "ENFORCEMENT_BODY",
    "fi=Liikenne- ja viestintävirasto Traficom, digitaalisen esteettömyyden ja saavutettavuuden valvonta;"
    "sv=Transport- och kommunikationsverket Traficom, tillsynen över digital tillgänglighet;"
    "en=Finnish Transport and Communications Agency Traficom, supervision of digital accessibility",
)
ENFORCEMENT_URL = env.str("ENFORCEMENT_URL", "https://www.saavutettavuusvaatimukset.fi")
try:
    ACCESSIBILITY_ASSESSED_ON = dt.date.fromisoformat(env.str("ACCESSIBILITY_ASSESSED_ON", "2026-11-22"))
except ValueError:
    _stop("ACCESSIBILITY_ASSESSED_ON", "must be a day such as 2026-11-22.")

# --- Applications ----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",
    "registry.desk_config.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "simple_history",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_tasks",
    "django_tasks_db",
    "common",
    "jobs",
    "mailing",
    "accounts",
    "registry",
    "surveys",
    "meetings",
    "cooperation",
    "public",
    "portal",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "public.caching.PublicPageCacheMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.AddressLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.ClosedByDefaultMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

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
                "config.menu.menu",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database --------------------------------------------------------------------------------------------------------

_DATABASE_SENTENCE = "must begin with sqlite:/// or postgres:// and be a whole address."
try:
    _database = env.db("DATABASE_URL", f"sqlite:///{BASE_DIR / 'var' / 'rinnalla.sqlite3'}")
except (ImproperlyConfigured, ValueError, KeyError):
    _stop("DATABASE_URL", _DATABASE_SENTENCE)
DATABASES = {"default": _database}
if _database.get("ENGINE", "").endswith("sqlite3"):
    if _database["NAME"] not in {"", ":memory:"}:
        Path(_database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    _database["CONN_MAX_AGE"] = None
elif _database.get("ENGINE", "").endswith("postgresql"):
    _database["CONN_MAX_AGE"] = _number("DATABASE_CONN_MAX_AGE", 600)
    _database["CONN_HEALTH_CHECKS"] = True
    if _boolean("DATABASE_KEEPS_PLANS", "on"):
        # What a connection has asked before is planned no more, whatever it is asked about (docs/performance.md).
        _options = _database.get("OPTIONS", {})
        _database["OPTIONS"] = {
            **_options,
            "server_side_binding": True,
            "prepare_threshold": 1,
            "options": f"{_options.get('options', '')} -c plan_cache_mode=force_generic_plan".strip(),
        }
else:
    _stop("DATABASE_URL", _DATABASE_SENTENCE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Languages and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "fi"
LANGUAGES = [("fi", _("Finnish")), ("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "fi"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("fi",)
TIME_ZONE = "Europe/Helsinki"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

# --- People and doors ------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    # First, because it answers for coordinators by one query; it signs nobody in.
    "registry.access.CoordinatorBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ["email"]}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal_start"
SECOND_FACTOR_REQUIRED = _boolean("SECOND_FACTOR_REQUIRED", "on")

# Sign-in is the library's; what is ours of it stands in accounts/adapters.py (docs/adr/0013).
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody signs up; without the second field the library's page would not ask for a password when signing in either.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_TIMEOUT = 45 * 60
ACCOUNT_FORMS = {
    "request_login_code": "accounts.forms.RequestCodeForm",
    "confirm_login_code": "accounts.forms.ConfirmCodeForm",
}
# Municipal mail filters hold letters back for minutes: half an hour, and a code may be sent anew three times.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 30 * 60
# Our own lock counts ten across all codes of an address (accounts/locking.py); the library's count of one code is the
# last resort only, because reaching it throws the page away without saying when to go on.
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 30
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,10/900s/key",
    "request_login_code": "20/m/ip,5/600s/key",
    # What comes by one link to a theme of the survey; whoever answers saves each answer by itself.
    "survey_link": "120/m/key",
    # What comes by one municipality's open link to associations: a full hall at once, and no more than that. Counted
    # by the link, because nothing is kept of whoever answers.
    "association_side": "400/h/key",
    # Replies by one invitee's link, and registrations on a meeting's page from one place.
    "meeting_reply": "60/h/key",
    "meeting_registration": "120/h/ip",
    # Addresses of the form /y/…/ that no letter has.
    "link_guess": "60/m/ip",
    # Addresses of private calendars that open nothing. One that opens its own is never refused: a calendar service
    # reads the calendars of many people from one network address.
    "calendar_guess": "30/m/ip",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.SecondFactorForm",
    "reauthenticate": "accounts.forms.RepeatedSecondFactorForm",
    "add_webauthn": "accounts.forms.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.RenamePasskeyForm",
}
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
USERSESSIONS_TRACK_ACTIVITY = False


def municipal_sign_ins(given):
    """Return the library's form of municipalities' sign-ins; each speaks for its own domains alone.

    Raises ValueError with a sentence on what is wrong.
    """
    texts = ("id", "name", "server", "client_id", "client_secret")
    providers, seen = [], set()
    for one in given:
        if not isinstance(one, dict) or set(one) != {*texts, "domains"}:
            raise ValueError(f"must be a JSON list; each sign-in has {', '.join(texts)} and domains, nothing else.")
        if not all(isinstance(one[name], str) and one[name].strip() for name in texts):
            raise ValueError(f"{', '.join(texts)} must be texts and not empty.")
        if not re.fullmatch(r"[a-z0-9-]{1,30}", one["id"]):
            raise ValueError(f"id is small letters, digits and hyphens, not “{one['id']}”.")
        if not one["server"].startswith("https://" if IS_HTTPS else ("https://", "http://")):
            raise ValueError(f"server of “{one['id']}” must begin with https://.")
        domains = one["domains"]
        if not isinstance(domains, list) or not domains or not all(isinstance(name, str) and name for name in domains):
            raise ValueError(f'domains of “{one["id"]}” must be a list such as ["example.org"].')
        own = {one["id"], *(f"@{name.lower()}" for name in domains)}
        if seen & own:
            raise ValueError(f"“{one['id']}” has an id or a domain of another one.")
        seen |= own
        about = {
            "server_url": one["server"],
            "oauth_pkce_enabled": True,
            "scope": ["openid", "email"],
            "domains": [name.lower() for name in domains],
        }
        names = {"provider_id": one["id"], "name": one["name"]}
        providers.append(names | {"client_id": one["client_id"], "secret": one["client_secret"], "settings": about})
    return providers


def _from_json(variable, read):
    """Read a JSON list and return what `read` makes of it."""
    try:
        given = json.loads(env.str(variable, "").strip() or "[]")
        return read(given if isinstance(given, list) else [given])
    except json.JSONDecodeError:
        _stop(variable, "must be a JSON list in one line.")
    except ValueError as problem:
        _stop(variable, str(problem))


# Municipalities' own sign-ins by OpenID Connect; what is ours of it stands in accounts/municipal.py.
SOCIALACCOUNT_ADAPTER = "accounts.municipal.MunicipalSignInAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": _from_json("OIDC_PROVIDERS", municipal_sign_ins)}}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "public.views.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _boolean("HSTS_SUBDOMAINS", "off")
if _boolean("BEHIND_PROXY", "off"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Limits of tries by network address count the reader, not the proxy.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
PERMISSIONS_POLICY = {
    feature: [] for feature in ["accelerometer", "camera", "display-capture", "geolocation", "gyroscope",
                                "magnetometer", "microphone", "payment", "usb"]
}  # fmt: skip

SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = False

# --- Files, mail, log ------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
# Files given as answers: no address serves this folder, each is handed out after a check.
MEDIA_ROOT = Path(env.str("FILES_ROOT", str(BASE_DIR / "var" / "files")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Without EMAIL_URL letters are written as files into var/letters and nobody gets any.
try:
    _mail = env.email_url("EMAIL_URL", f"filemail:///{BASE_DIR / 'var' / 'letters'}")
except (ImproperlyConfigured, ValueError, KeyError):
    _stop("EMAIL_URL", "must be an address such as smtp+tls://user:password@mail.example.org:587.")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST"), _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER") or "", _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH")
EMAIL_TIMEOUT = 10
if EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
    # It can tell what the server had got when something breaks.
    EMAIL_BACKEND = "mailing.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", CONTROLLER_EMAIL)
# The longest that handing one letter over may take; well below the lease of a claim (mailing/models/letters.py).
MAIL_SENDING_SECONDS = 60
MAIL_SPACING_DAYS = _number("MAIL_SPACING_DAYS", 3)
MAIL_CAP_A_MONTH = _number("MAIL_CAP_A_MONTH", 6)
# Outside production letters leave for these addresses and @domains alone.
MAIL_ALLOW_ONLY = [each.strip().lower() for each in env.list("MAIL_ALLOW_ONLY", default=[])]
MAIL_REACHES_EVERYBODY = IS_HTTPS and not MAIL_ALLOW_ONLY
# What comes back: an address of its own in the envelope, the mailbox that is read, the provider that tells.
MAIL_BOUNCES_TO = env.str("MAIL_BOUNCES_TO", "")
MAIL_BOX_URL = env.str("MAIL_BOX_URL", "")
if MAIL_BOX_URL and urlsplit(MAIL_BOX_URL).scheme not in {"pop3s", "imaps", "pop3", "imap"}:
    _stop("MAIL_BOX_URL", "must be an address such as imaps://user:password@mail.example.org.")
MAIL_PROVIDER = env.str("MAIL_PROVIDER", "").strip().lower()
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")
if MAIL_PROVIDER and len(MAIL_WEBHOOK_SECRET) < 20:
    _stop("MAIL_WEBHOOK_SECRET", "must be user:password of at least 20 characters with MAIL_PROVIDER.")
try:
    ANYMAIL = {**env.json("MAIL_PROVIDER_OPTIONS", {}), "WEBHOOK_SECRET": MAIL_WEBHOOK_SECRET}
except (ValueError, TypeError):
    _stop("MAIL_PROVIDER_OPTIONS", 'must be JSON such as {"POSTMARK_SERVER_TOKEN": "…"}.')
if MAIL_PROVIDER and not env.str("EMAIL_URL", ""):
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
MAIL_DKIM_SELECTOR = env.str("MAIL_DKIM_SELECTOR", "")
MAIL_NAME_SERVER = env.str("MAIL_NAME_SERVER", "")

# What need not be waited for is done by `manage.py db_worker`; `manage.py run_jobs` gives it what is due by the clock.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Limits of tries are counted where every process sees them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # The usual 300 would throw away what counts tries to sign in when a hall answers a form at once.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

_LOG_LEVEL = env.str("LOG_LEVEL", "INFO").upper()
if _LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    _stop("LOG_LEVEL", "must be DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "config.log_lines.LineWithoutKeys",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _LOG_LEVEL},
    "loggers": {"django": {"handlers": ["console"], "level": _LOG_LEVEL, "propagate": False}},
}

PAGE_CACHE_MEGABYTES = _number("PAGE_CACHE_MEGABYTES", 64)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
