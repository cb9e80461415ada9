"""Which kinds of request a view answers."""

from django.views.decorators.http import require_http_methods


def require_safe_or(*methods):
    """As Django's require_safe, and these methods as well: whoever may GET may ask by HEAD."""
    return require_http_methods(["GET", "HEAD", *methods])
