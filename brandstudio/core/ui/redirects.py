"""Where a page may send people on: to addresses of this site, whatever a form says."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect


def led_to(request, to):
    """The answer to an act that leads on: to a row with a page, a view's name or an address.

    htmx would follow a plain redirect, and swap the whole page into a part of the former one.
    """
    address = resolve_url(to)
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)


def safe_next(request, fallback):
    """The address that the form asks for (`next`), if it is one of this site; else the fallback.

    Browsers read more as another host than it seems: /\\host and ///host lead there too.
    """
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure())
    # Without a slash in front Django would look for a view of that name.
    return address if is_ours and address.startswith("/") else fallback


def moved_to(name):
    """A view for the address that the view of this name had before an update.

    Links and open pages lead on with what they ask for: a form is sent there, too, as it is.
    """

    def view(request, **parts):
        query = request.META.get("QUERY_STRING", "")
        address = reverse(name, kwargs=parts)
        return redirect(f"{address}?{query}" if query else address, preserve_request=True)

    return view
