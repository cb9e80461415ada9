"""The door gunicorn knocks at."""

import logging
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brandstudio.settings")

application = get_wsgi_application()


def _refuse_open_demo():
    """However the web process was started, it does not serve others with the demo's password."""
    from brandstudio.core.process import setting_up  # noqa: PLC0415 -- models need the application first

    try:
        setting_up.refuse_open_demo()
    except setting_up.CannotStart as problem:
        logging.getLogger("brandstudio").error("%s", problem)
        sys.exit(3)  # gunicorn's own sign that starting it again would not help
    except DatabaseError:
        return  # not migrated yet: nobody can sign in


_refuse_open_demo()


def _settle():
    from brandstudio.core.process import resident  # noqa: PLC0415 -- pages need the application first

    resident.settle()


_settle()
