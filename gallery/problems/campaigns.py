"""Pictures of campaigns, and where they were published."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "trial-in-campaign": gettext_noop(
        "A trial is never published, so it can't be for {campaign}. Choose no campaign, or an "
        "approved style."
    ),
    "campaign-ended": gettext_noop(
        "{name} has ended: it takes no more pictures. Choose another campaign, or move its last "
        "day."
    ),
    "campaign-trial": gettext_noop(
        "{name} is a trial, never published, so it belongs to no campaign."
    ),
    "campaign-no-picture": gettext_noop("{name} was never painted, so there is nothing to add."),
    "campaign-declined": gettext_noop(
        "{name} was declined, so it is not added to {campaign}: nothing of it leaves until an "
        "admin approves it. Choose another picture."
    ),
    "campaign-withdrawn": gettext_noop(
        "{name} was withdrawn, so it is not added to {campaign}: nothing of it leaves any more. "
        "Choose another picture."
    ),
    "campaign-not-yours": gettext_noop(
        "{name} belongs to {campaign}. Only its maker, who keeps that campaign, or an admin may "
        "move it."
    ),
    "campaign-published": gettext_noop(
        "{name} was published for {campaign}, so it stays there: its report would be wrong without "
        "it."
    ),
    "campaign-changed": gettext_noop("{name} was moved by a colleague meanwhile. Look again."),
    "publication-twice": gettext_noop("This publication is noted already: {where}"),
}
