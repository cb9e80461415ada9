#!/usr/bin/env python
"""Django's command line, set to this project."""

import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "brandstudio.settings")
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:  # of the settings: it names the variable
        sys.exit(f"{error} See docs/operations.md.")
