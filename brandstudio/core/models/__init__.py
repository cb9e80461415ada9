from .audit import AuditEntry
from .notice import Notice
from .states import WrongState
from .user import User
from .vocabulary import Campaign, GlossaryTerm, Vehicle
from .work import Work, WorkQuerySet

__all__ = [
    "AuditEntry",
    "Campaign",
    "GlossaryTerm",
    "Notice",
    "User",
    "Vehicle",
    "Work",
    "WorkQuerySet",
    "WrongState",
]
