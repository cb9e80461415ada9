from .audit import AuditEntry
from .bin import Binnable, BinQuerySet
from .brand import BrandKit
from .campaign import Campaign, CampaignState
from .limits import Use
from .message import Message, MessageState, Transport
from .notice import Notice
from .photograph import Fingerprint, Likeness, LocalFeatures
from .rights import (
    OnlyAdminsClear,
    OnlyAdminsWiden,
    RightsQuerySet,
    StillAlike,
    WithRights,
)
from .sent_form import SentForm
from .sign_in import SignInAttempt
from .states import WrongState
from .user import User
from .vocabulary import GlossaryTerm, Vehicle, VehicleColour
from .work import Work, WorkQuerySet

__all__ = [
    "AuditEntry",
    "BinQuerySet",
    "Binnable",
    "BrandKit",
    "Campaign",
    "CampaignState",
    "Fingerprint",
    "GlossaryTerm",
    "Likeness",
    "LocalFeatures",
    "Message",
    "MessageState",
    "Notice",
    "RightsQuerySet",
    "SentForm",
    "SignInAttempt",
    "StillAlike",
    "Transport",
    "Use",
    "User",
    "Vehicle",
    "VehicleColour",
    "OnlyAdminsClear",
    "OnlyAdminsWiden",
    "WithRights",
    "Work",
    "WorkQuerySet",
    "WrongState",
]
