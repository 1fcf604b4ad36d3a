"""Django's own commands: `python -m manyuan.site.manage migrate`. Users have `manyuan`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "manyuan.site.settings")
    execute_from_command_line(sys.argv)
