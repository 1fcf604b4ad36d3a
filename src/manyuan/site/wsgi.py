"""The WSGI entry point (granian or gunicorn)."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "manyuan.site.settings")
application = get_wsgi_application()

# What start-up made lives for ever: the collector need not look at it again with every request (a full look costs tens of milliseconds).
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
