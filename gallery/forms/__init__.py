from .publish import BandForm, ImportForm, PublishForm
from .review import DecisionForm
from .scene import SceneForm
from .template import TemplateForm

__all__ = [
    "BandForm",
    "DecisionForm",
    "ImportForm",
    "PublishForm",
    "SceneForm",
    "TemplateForm",
]
