"""What every page has: who is here, in which language, and the marks that must be shown."""

from django.conf import settings
from django.http import HttpRequest


def context(request: HttpRequest) -> dict[str, object]:
    """Template context of every page."""
    return {"demo": settings.DEMO, "map_approval_number": settings.MAP_APPROVAL_NUMBER}
