"""What htmx needs that a plain page does not."""

from django.conf import settings
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRefresh


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
