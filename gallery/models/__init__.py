from .asset import Asset, AssetReview, AssetState, Download
from .channel import Channel
from .evidence import EvidenceSheet, SheetState
from .review import OwnWork, ReviewState
from .scene import Scene, SceneMode, ScenePack, Scheduler
from .source import InitImageUpload, ProductCutout
from .style import EvidenceImage, StylePack, StyleVersion
from .template import PromptTemplate

__all__ = [
    "Asset",
    "AssetReview",
    "AssetState",
    "Channel",
    "Download",
    "EvidenceImage",
    "EvidenceSheet",
    "OwnWork",
    "ProductCutout",
    "PromptTemplate",
    "ReviewState",
    "Scene",
    "ScenePack",
    "Scheduler",
    "SheetState",
    "InitImageUpload",
    "StylePack",
    "StyleVersion",
    "SceneMode",
]
