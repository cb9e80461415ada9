from .asset import Asset, AssetReview, AssetState, Download
from .channel import Channel
from .review import ReviewState
from .scene import Scene, ScenePack
from .style import EvidencePicture, StylePack, StyleVersion
from .template import PromptTemplate

__all__ = [
    "Asset",
    "AssetReview",
    "AssetState",
    "Channel",
    "Download",
    "EvidencePicture",
    "PromptTemplate",
    "ReviewState",
    "Scene",
    "ScenePack",
    "StylePack",
    "StyleVersion",
]
