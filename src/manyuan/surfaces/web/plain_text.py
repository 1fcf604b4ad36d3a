"""What is typed or put into an address is text: a NUL, which a database takes for the end of it or refuses, is turned away before any page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext


class PlainText:
    """Middleware: 400 with the name of the field for a NUL in the address, a parameter or a form. The API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Called after the check of the form's token, which has read the form."""
        if request.path.startswith("/api/"):
            return None
        place = next(_places(request), None)
        if place is None:
            return None
        text = gettext("%(place)s: found a character that is no text (NUL), expected plain text. Type it anew; nothing was changed.") % {"place": place[:40]}
        return render(request, "web/error.html", {"heading": gettext("This cannot be read"), "text": text, "symbol": "alert-triangle"}, status=400)


def _places(request: HttpRequest) -> Iterator[str]:
    if "\0" in request.path:
        yield gettext("Address")
    for values in (request.GET, request.POST if request.method == "POST" else {}):
        for name, found in values.items():
            if "\0" in name or any("\0" in text for text in (values.getlist(name) if hasattr(values, "getlist") else [found])):
                yield name.replace("\0", "")
