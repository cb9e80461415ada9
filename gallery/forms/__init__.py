from .browsing import RatingForm, TagsForm
from .campaign import CampaignForm, PublicationForm
from .channel import ChannelForm
from .glossary import GlossaryTermForm
from .origin import OriginForm
from .pair import PairForm
from .publish import ImportForm, PublishForm
from .review import ChecklistForm, DecisionForm, VersionDecisionForm
from .rights import CutoutRightsForm, ExtendForm, StartRightsForm
from .scene import SceneForm
from .template import TemplateForm

__all__ = [
    "CampaignForm",
    "ChannelForm",
    "ChecklistForm",
    "CutoutRightsForm",
    "DecisionForm",
    "ExtendForm",
    "GlossaryTermForm",
    "ImportForm",
    "OriginForm",
    "PairForm",
    "PublicationForm",
    "PublishForm",
    "RatingForm",
    "SceneForm",
    "StartRightsForm",
    "TagsForm",
    "TemplateForm",
    "VersionDecisionForm",
]
