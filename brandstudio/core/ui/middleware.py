"""What every answer needs, and what htmx needs that a plain page does not."""

from django.conf import settings
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRefresh


class PrivateMiddleware:
    """What says nothing about caches is for one person and this moment: nobody keeps it.

    The next person at a shared computer must not find pages in the browser's memory, nor a proxy
    hand them out. Pictures, styles and static files say themselves how long they last.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class SignedOutMiddleware:
    """A fragment asked for after the session ended: load the page anew, so that the whole window
    goes to the sign-in page. fetch follows redirects, so htmx would swap that page into a corner.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        target = response.headers.get("Location", "")
        if request.htmx and target.startswith(resolve_url(settings.LOGIN_URL)):
            return HttpResponseClientRefresh()
        return response
