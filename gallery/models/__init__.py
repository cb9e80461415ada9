from .asset import NEVER_LEAVES, Asset, AssetReview, AssetState
from .board import Board, BoardItem
from .brand import BrandColour, BrandFont, BrandLogo, LegalLine, LogoGround
from .campaign import CampaignChannel, DriftCheck, Publication
from .channel import Channel, ChannelCut, FileFormChoice, LabelCorner
from .channel_file import ChannelFile, ChannelFileState
from .cutout_draft import CutoutDraft, DraftState
from .download import (
    LABELLED,
    Audience,
    Download,
    DownloadRule,
    MetadataProfile,
    Rendition,
)
from .evidence import EvidenceSheet
from .exchange import TrustedStudio
from .mark import AssetRating, AssetTag, Favourite
from .painted_photograph import Painted, PaintedPhotograph, SoughtPicture
from .pair import PackPair, PairState
from .pair_grid import PairGrid, PairImage
from .poster import Poster, PosterLanguage, PosterTemplate
from .rating import StyleRating
from .recall import Recall, RecallItem, SourceKind
from .remark import Remark
from .review import OwnWork, ReviewState
from .saved_filter import SavedFilter
from .scene import Scene, SceneMode, ScenePack, Scheduler
from .sheet import SheetState
from .source import Daylight, InitImageUpload, ProductCutout
from .style import EvidenceImage, StylePack, StyleVersion
from .tag import PackTag, TagGroup
from .template import PromptTemplate
from .word import AssetWord, SceneWord, Word
from .zip_delivery import ZipDelivery

__all__ = [
    "Audience",
    "LABELLED",
    "MetadataProfile",
    "NEVER_LEAVES",
    "Asset",
    "AssetReview",
    "AssetState",
    "BrandColour",
    "BrandFont",
    "BrandLogo",
    "CampaignChannel",
    "Channel",
    "ChannelCut",
    "ChannelFile",
    "ChannelFileState",
    "CutoutDraft",
    "DraftState",
    "FileFormChoice",
    "LabelCorner",
    "Daylight",
    "Download",
    "DownloadRule",
    "DriftCheck",
    "EvidenceImage",
    "EvidenceSheet",
    "LegalLine",
    "LogoGround",
    "OwnWork",
    "PackPair",
    "Painted",
    "PaintedPhotograph",
    "PairGrid",
    "PairImage",
    "PairState",
    "PackTag",
    "Poster",
    "PosterLanguage",
    "PosterTemplate",
    "ProductCutout",
    "PromptTemplate",
    "Publication",
    "Recall",
    "RecallItem",
    "Remark",
    "Rendition",
    "ReviewState",
    "Scene",
    "ScenePack",
    "Scheduler",
    "SheetState",
    "SoughtPicture",
    "SourceKind",
    "TagGroup",
    "InitImageUpload",
    "StylePack",
    "StyleRating",
    "StyleVersion",
    "TrustedStudio",
    "SceneMode",
    "AssetRating",
    "AssetTag",
    "AssetWord",
    "Board",
    "BoardItem",
    "Favourite",
    "SavedFilter",
    "SceneWord",
    "Word",
    "ZipDelivery",
]
