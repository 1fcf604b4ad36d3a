"""Which service reacts to which event: the one page where apps meet. An event is a fact of one app; the service that reacts is another's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Reaction = Callable[[Any, datetime], None]

# event name -> services, in order. Nothing reacts yet: the apps that will are not built.
REACTIONS: dict[str, list[Reaction]] = {}
