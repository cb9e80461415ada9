from .audit import AuditEntry
from .bin import Binnable, BinQuerySet
from .message import Message, MessageState, Way
from .notice import Notice
from .sign_in import SignInAttempt
from .states import WrongState
from .user import User
from .vocabulary import Campaign, GlossaryTerm, Vehicle
from .work import Work, WorkQuerySet

__all__ = [
    "AuditEntry",
    "BinQuerySet",
    "Binnable",
    "Campaign",
    "GlossaryTerm",
    "Message",
    "MessageState",
    "Notice",
    "SignInAttempt",
    "User",
    "Vehicle",
    "Way",
    "Work",
    "WorkQuerySet",
    "WrongState",
]
