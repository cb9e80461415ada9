from .browsing import RatingForm, TagsForm
from .glossary import GlossaryTermForm
from .origin import OriginForm
from .publish import ImportForm, PublishForm
from .review import DecisionForm, VersionDecisionForm
from .rights import ExtendForm
from .scene import SceneForm
from .template import TemplateForm

__all__ = [
    "DecisionForm",
    "ExtendForm",
    "GlossaryTermForm",
    "ImportForm",
    "OriginForm",
    "PublishForm",
    "RatingForm",
    "SceneForm",
    "TagsForm",
    "TemplateForm",
    "VersionDecisionForm",
]
