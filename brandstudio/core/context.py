"""What every page's frame needs."""


def shell(request):
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {}
    return {"unread_notices": person.notices.unread().count()}
