from .base_model import BaseModel, Kind
from .chore import Chore, ChoreKind, ChoreState
from .dataset import CaptionRevision, CaptionState, Dataset, TrainingImage
from .run import Checkpoint, LossPoint, RunLine, RunSample, RunState, TrainingRun, Wish
from .snapshot import Snapshot
from .upload import Upload, UploadState

__all__ = [
    "BaseModel",
    "CaptionRevision",
    "CaptionState",
    "Checkpoint",
    "Chore",
    "ChoreKind",
    "ChoreState",
    "Dataset",
    "Kind",
    "LossPoint",
    "RunLine",
    "RunSample",
    "RunState",
    "Snapshot",
    "TrainingImage",
    "TrainingRun",
    "Upload",
    "UploadState",
    "Wish",
]
