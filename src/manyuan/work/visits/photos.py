"""Photos of a visit: taken if they are pictures of a fair size, and drawn anew, so that nothing else comes along (place, camera, hidden content)."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext_noop
from PIL import Image, ImageOps

from manyuan.facts.scanning import refuse_infected
from manyuan.work.visits.errors import WrongPhoto

MOST = 6
"""Photos of one visit."""
LARGEST = 8 * 1024 * 1024
_SIDE = 1600
_PIXELS = 60_000_000
_TYPES = ("JPEG", "PNG", "WEBP")
TOO_LARGE = gettext_noop("it is larger than 8 MB")
NO_PICTURE = gettext_noop("it is no JPEG, PNG or WebP picture")
TOO_MANY = gettext_noop("a visit has at most 6 photos")


@dataclass(frozen=True)
class Picture:
    """A picture ready to be kept: JPEG, at most 1,600 points wide or high, without what the camera wrote."""

    name: str
    content: bytes
    sha256: str
    width: int
    height: int


def redraw(name: str, content: bytes) -> Picture:
    """The picture of a file that came in. Raises WrongPhoto, and what the virus scanner refuses."""
    name = (name.replace("\\", "/").rsplit("/", 1)[-1].strip() or "photo")[:120]
    if len(content) > LARGEST:
        raise WrongPhoto(name=name, why=TOO_LARGE)
    refuse_infected(name, content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=_TYPES) as found:
                if found.width * found.height > _PIXELS:
                    raise WrongPhoto(name=name, why=TOO_LARGE)
                drawn = ImageOps.exif_transpose(found).convert("RGB")
    except WrongPhoto:
        raise
    except Exception:  # a hostile file fails in many ways, all of which mean the same
        raise WrongPhoto(name=name, why=NO_PICTURE) from None
    drawn.thumbnail((_SIDE, _SIDE))
    clean = Image.new("RGB", drawn.size)
    clean.paste(drawn)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82)
    kept = out.getvalue()
    return Picture(name, kept, sha256(content).hexdigest(), *clean.size)
