"""All settings, with defaults that need nothing from the operator.

The embedded defaults (SQLite, a private Redis, files under one folder, the bundled base model) are
replaced by environment variables only; `docs/operations.md` lists them.
"""

import os
import secrets
from pathlib import Path

import dj_database_url
from django.utils.translation import gettext_lazy as _
from environs import Env, ValidationError, validate

from brandstudio.core.process import redis_server, secret_file
from gallery.engine import producer_code
from training.engine.errors import EngineError

env = Env()  # a value that can't be read is one line that names it (manage.py)

ROOT = Path(__file__).resolve().parent.parent
DATA_DIR = env.path("STUDIO_DATA_DIR", ROOT / "var").resolve()
# What the studio writes, from the database to exports, is its own user's alone.
os.umask(int(env.str("STUDIO_UMASK", "077", validate=validate.Regexp("^[0-7]{1,4}$")), 8))
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _address_of(host: str, port: str) -> str:
    """Where this machine itself reaches a server that listens on host."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


SECRET_KEY = env.str("DJANGO_SECRET_KEY", "") or secret_file.read_or_make(
    DATA_DIR / "secret-key", lambda: secrets.token_urlsafe(50)
)
DEBUG = env.bool("DJANGO_DEBUG", False)
STUDIO_HOST = env.str("STUDIO_HOST", "127.0.0.1").strip("[] ")  # "" is every address
STUDIO_PORT = env.str("STUDIO_PORT", "8000")
OWN_ADDRESS = _address_of(STUDIO_HOST, STUDIO_PORT)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "brandstudio.core",
    "training",
    "gallery",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # its widgets are found beside our own field templates
    "csp",
    "django_htmx",
    "django_rq",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "brandstudio.core.ui.middleware.PrivateMiddleware",
    "brandstudio.core.ui.polling.PollMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "brandstudio.core.ui.trouble.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "brandstudio.core.ui.trouble.TroubleMiddleware",
    "brandstudio.core.input.plain_text.PlainTextMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "brandstudio.core.ui.middleware.SignedOutMiddleware",
]

ROOT_URLCONF = "brandstudio.urls"
WSGI_APPLICATION = "brandstudio.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "brandstudio.core.ui.context.shell",
            ],
        },
    }
]

FORM_RENDERER = "brandstudio.core.ui.form_renderer.FormRenderer"

# --- Database -------------------------------------------------------------------------------------
_DATABASE_URL = env.str("DATABASE_URL", "") or f"sqlite:///{DATA_DIR / 'studio.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(_DATABASE_URL, conn_max_age=600)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Without WAL and IMMEDIATE, web and worker lock each other out as soon as both write.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 60,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA busy_timeout=60000; PRAGMA foreign_keys=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Queue ----------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "") or redis_server.private_url(DATA_DIR)
RQ_QUEUES = {name: {"URL": REDIS_URL} for name in ("train", "render", "background")}
RQ = {"COMMIT_MODE": "on_db_commit"}

# Every interval hangs on one factor, so that tests can run the whole clockwork at a tenth.
CLOCK = env.float("STUDIO_CLOCK", 1)
LEASE_SECONDS = 45 * CLOCK  # a row whose worker has not renewed for so long is free again
RENEW_SECONDS = 10 * CLOCK
RECONCILE_SECONDS = 60 * CLOCK  # rows whose job vanished are queued again this often
SETTLED_SECONDS = 5 * CLOCK  # a row queued more recently may still be on its way to Redis
DEVICE_TURN_SECONDS = 60 * CLOCK  # rendering that a training must bear at a stretch
STALL_SECONDS = 600 * CLOCK  # least time a phase may show no progress before its worker is killed
STALL_STEPS = 10  # … and at least so many usual steps
# A row whose workers died so often is given up instead of being queued again.
MAX_ATTEMPTS = env.int("STUDIO_MAX_ATTEMPTS", 5)

# Days that an ended run keeps its resume state and the checkpoints that nobody needs: neither the
# last nor the recommended one, not kept by hand, in no style pack. 0: for ever.
RETENTION_DAYS = {
    "finished": env.int("KEEP_FINISHED_DAYS", 90),
    "failed": env.int("KEEP_FAILED_DAYS", 30),
    "cancelled": env.int("KEEP_CANCELLED_DAYS", 14),
    "draft": env.int("KEEP_DRAFT_DAYS", 30),
}
BIN_DAYS = env.int("BIN_DAYS", 30)  # that deleted pictures and datasets can come back

CHANNEL_FILE_DAYS = env.int("CHANNEL_FILE_DAYS", 14)  # that large finished files are kept
PROOF_SIDE = env.int("PROOF_SIDE", 1024)  # px of a proof's longer side, at most

# --- Fair use -------------------------------------------------------------------------------------
PICTURES_PER_DAY = env.int("PICTURES_PER_DAY", 200)  # that one person may ask for
PICTURES_AT_ONCE = env.int("PICTURES_AT_ONCE", 24)  # of one person under way

# Backend of torch.compile for renderers, such as "inductor", worth it on a GPU; "" is none.
RENDER_COMPILE = env.str("STUDIO_COMPILE", "")

# Workers load torch and the usual base before their first job; off, they load with it.
WARM_UP = env.bool("STUDIO_WARM_UP", True)

# --- Files ----------------------------------------------------------------------------------------
STORAGE_URL = env.str("STORAGE_URL", "") or f"file://{DATA_DIR / 'blobs'}"
BASE_MODELS_DIR = env.path("BASE_MODELS_DIR", DATA_DIR / "base-models")
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 2 * 1024**3)
UPLOAD_KEEP_HOURS = env.int("UPLOAD_KEEP_HOURS", 24)  # a broken one may go on so long
ZIP_MAX_BYTES = env.int("ZIP_MAX_BYTES", 4 * 1024**3)  # unpacked
IMAGE_MAX_PIXELS = env.int("IMAGE_MAX_PIXELS", 100_000_000)
DATA_UPLOAD_MAX_NUMBER_FILES = 2000
# Every upload is a file: what reads it wants a path.
FILE_UPLOAD_HANDLERS = ["brandstudio.core.ui.trouble.UploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)

STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Notices that leave the studio (docs/operations.md) -------------------------------------------
STUDIO_ADDRESS = env.str("STUDIO_ADDRESS", "") or OWN_ADDRESS
EMAIL_HOST = env.str("EMAIL_HOST", "")  # none: no e-mail
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "studio@localhost")
# Group chats: way → (address of its robot, secret it signs with or ""). Both are secrets, which the
# word in the name tells Django's error pages.
NOTICE_SECRETS = {
    way: (webhook, env.str(f"{way.upper()}_SECRET", ""))
    for way in ("wecom", "dingtalk", "feishu")
    if (webhook := env.str(f"{way.upper()}_WEBHOOK", ""))
}

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
PROXIES = env.int("STUDIO_PROXIES", 0)  # in front, each of which adds X-Forwarded-For
LOGIN_URL = "core:sign-in"
LOGIN_REDIRECT_URL = "core:home"
LOGOUT_REDIRECT_URL = "core:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "brandstudio.core.access.passwords.LongEnough",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
        "brandstudio.core.access.demo_accounts.NotTheDemosPassword",
    )
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
STUDIO_HTTPS = env.bool("STUDIO_HTTPS", False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = STUDIO_HTTPS

# Only what this host serves; previews of pictures being uploaded are data: and blob: addresses.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Language -------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
FORMAT_MODULE_PATH = "brandstudio.core.ui.formats"
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
TIME_ZONE = env.str("TZ", "") or "Asia/Shanghai"
USE_TZ = True

# --- Training pictures ----------------------------------------------------------------------------
# Whether a run may start on pictures whose rights holder nobody has noted. Expired and withdrawn
# rights always stop it.
REQUIRE_RIGHTS = env.bool("REQUIRE_RIGHTS", False)
# Whether a style may be approved while it is unknown whose its training pictures are, or a picture
# approved and published while it is unknown whose its start picture or cut-out is. Ended rights
# always stand in the way.
REQUIRE_RIGHTS_FOR_APPROVAL = env.bool("REQUIRE_RIGHTS_FOR_APPROVAL", True)
# What a reviewer must have looked at before a style or a picture is approved; empty asks nothing.
CHECKLIST_KEYS = ("brand", "culture", "vehicle", "rights")
REVIEW_CHECKLIST = env.list(
    "REVIEW_CHECKLIST",
    list(CHECKLIST_KEYS),
    validate=validate.ContainsOnly(CHECKLIST_KEYS),
)
# Names that no caption, template or prompt may hold: neither a style nor a picture calls up another
# maker's car. Names that are everyday words too (Lotus, Mini, Smart, 长城, 现代) are left out.
BANNED_NAMES = [
    name.strip()
    for name in env.str(
        "BANNED_NAMES",
        "Acura,Alfa Romeo,Aston Martin,Audi,Bentley,Benz,BMW,Bugatti,Buick,BYD,Cadillac,"
        "Changan,Chery,Chevrolet,Chrysler,Citroen,Citroën,Dacia,Ferrari,Fiat,Ford,Geely,"
        "Haval,Honda,Hongqi,Hyundai,Infiniti,Jaguar,Jeep,Kia,Koenigsegg,Lamborghini,"
        "Land Rover,Leapmotor,Lexus,Li Auto,Lincoln,Lynk,Maserati,Maybach,Mazda,"
        "McLaren,Mercedes,Mitsubishi,NIO,Nissan,Opel,Pagani,Peugeot,Polestar,Porsche,"
        "Range Rover,Renault,Rivian,Rolls-Royce,Rolls Royce,SAIC,Skoda,Škoda,Subaru,Suzuki,"
        "Tesla,Toyota,Volkswagen,Volvo,VW,Wuling,Xiaomi,XPeng,Zeekr,比亚迪,奔驰,宝马,奥迪,"
        "丰田,本田,日产,吉利,特斯拉,蔚来,小鹏,奇瑞,保时捷,法拉利,兰博基尼,玛莎拉蒂,"
        "雷克萨斯,沃尔沃,捷豹,路虎,宾利,劳斯莱斯,迈巴赫,迈凯伦,福特,别克,雪佛兰,凯迪拉克,"
        "林肯,起亚,马自达,三菱,铃木,斯巴鲁,英菲尼迪,雪铁龙,雷诺,斯柯达,极氪,零跑,问界,"
        "岚图,五菱,领克,极狐",
    ).split(",")
    if name.strip()
]
# Thresholds of the screening that differ from their defaults, as JSON (docs/screening.md).
SCREENING = env.json("SCREENING", {})
# How sure CLIP must be (0 to 1) before a caption is said to disagree with its picture.
CAPTION_DOUBT_SURE = env.float("CAPTION_DOUBT_SURE", 0.9)

# How sure the network must be (0 to 1) that a picture shows nakedness before nobody is shown it,
# and before a reviewer is told to look closely; over 1 for never.
SAFETY_WITHHELD_FROM = env.float("SAFETY_WITHHELD_FROM", 0.8)
SAFETY_DOUBTED_FROM = env.float("SAFETY_DOUBTED_FROM", 0.3)

# --- Strength bands -------------------------------------------------------------------------------
EVIDENCE_SEEDS = env.int("EVIDENCE_SEEDS", 2)  # of each prompt of a strength sheet
# What a band must keep to, 0 to 1; strength_band.Thresholds tells of what.
EVIDENCE_SCENE_KEPT = env.float("EVIDENCE_SCENE_KEPT", 0.7)
EVIDENCE_DISTORTION = env.float("EVIDENCE_DISTORTION", 0.35)
EVIDENCE_COPIED = env.float("EVIDENCE_COPIED", 0.2)
EVIDENCE_LEAST_GAIN = env.float("EVIDENCE_LEAST_GAIN", 0.05)
EVIDENCE_LEAST_REACH = env.float("EVIDENCE_LEAST_REACH", 0.2)
EVIDENCE_LEAST_DRIFT = env.float("EVIDENCE_LEAST_DRIFT", 0.02)

# --- Brand ----------------------------------------------------------------------------------------
# What makes a machine-made picture ready for a browser. Training serves such pictures too, and has
# not heard of the gallery, which knows the rule.
MADE_IMAGES = "gallery.services.shown.content_of"


def _check_producer_code(code):
    try:
        if code:
            producer_code.check(code)
    except EngineError as error:
        raise ValidationError(str(error)) from error


# The 27-character producer code of GB 45438-2025 is bound to a real organisation, so it is never
# invented here: without it labels say DEMO and the pages warn.
AIGC_PRODUCER_CODE = env.str("AIGC_PRODUCER_CODE", "", validate=_check_producer_code)
# The key and the certificates (PEM, one file) that sign the content credentials of downloads; else
# those that the studio makes for itself on first use, which nobody outside knows.
C2PA_CREDENTIALS_FILE = env.path("C2PA_CREDENTIALS_FILE", None)
OWN_CREDENTIALS_FILE = DATA_DIR / "content-credentials.pem"
# Written into every style file that is made for others.
STYLE_LICENCE = env.str("STYLE_LICENCE", "") or "All rights reserved"

# What this studio calls itself in the bundles it signs for others.
STUDIO_NAME = env.str("STUDIO_NAME", "") or "Brand Studio"
# Its private key in one line; else the one made on first use in the data folder.
STUDIO_SIGNING_KEY = env.str("STUDIO_SIGNING_KEY", "")
SIGNING_KEY_FILE = DATA_DIR / "signing-key"
# Whether bundles name who approved a style; else only the role.
BUNDLES_NAME_APPROVER = env.bool("BUNDLES_NAME_APPROVER", False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"pikepdf": {"level": "WARNING"}},  # it tells of each start
}
