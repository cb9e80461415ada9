"""The site's one stylesheet: the files of static/css, one component each, joined when first asked.

No build step and one request. Cascade layers (named in tokens.css) decide what wins, so the order
of the components does not matter.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

CSS = Path(settings.ROOT) / "static" / "css"
ADDRESS = re.compile(r'url\("(?:\.\./)+([^"]+)"\)')


def files():
    """tokens.css first, for it names the layers; then the rest by name."""
    tokens = CSS / "tokens.css"
    return [tokens, *sorted(path for path in CSS.rglob("*.css") if path != tokens)]


def _joined():
    text = "\n".join(path.read_text(encoding="utf-8") for path in files())
    text = ADDRESS.sub(lambda match: f'url("{static(match[1])}")', text)
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


_joined_once = cache(_joined)


def stylesheet():
    """(text, version): version changes whenever the text does, so it may be cached for ever."""
    return _joined() if settings.DEBUG else _joined_once()
