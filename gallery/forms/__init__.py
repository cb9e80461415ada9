from .publish import BandForm, ImportForm, PublishForm
from .review import DecisionForm
from .rights import ExtendForm
from .scene import SceneForm
from .template import TemplateForm

__all__ = [
    "BandForm",
    "DecisionForm",
    "ExtendForm",
    "ImportForm",
    "PublishForm",
    "SceneForm",
    "TemplateForm",
]
