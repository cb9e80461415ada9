"""By what a picture was made larger, in words."""

from django.utils.translation import gettext as _

from gallery import problems
from training.engine.tools import upscaler


def words_of(facts):
    """A sentence for what `upscale.Enlargement.facts` kept; "" where nothing was enlarged."""
    if not facts or facts["growth"] <= 1:
        return ""
    named = {"growth": f"{round(facts['growth'], 1):g}"}
    if why := fault_of(facts):
        said = _("Enlarged %(growth)s times by interpolation, without new detail: %(why)s")
        return said % (named | {"why": why})
    if not facts["passes"]:
        return _("Enlarged %(growth)s times by interpolation.") % named
    finest = upscaler.SCALE ** facts["passes"]
    named |= {"network": facts["network"], "finest": finest}
    if facts["growth"] <= finest:
        return _("Enlarged %(growth)s times by the network %(network)s.") % named
    said = _(
        "Enlarged %(growth)s times: %(finest)s times by the network %(network)s, the rest by "
        "interpolation."
    )
    return said % named


def fault_of(facts):
    """The sentence that says why no detail was drawn anew; "" where nothing kept it from that."""
    if not facts or not facts.get("fault"):
        return ""
    return problems.sentence(facts["fault"], {"name": upscaler.BUNDLED.name})
