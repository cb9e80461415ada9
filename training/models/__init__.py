from .base_model import BaseModel, Kind, LicenceClass
from .dataset import REACHES, CaptionRevision, CaptionState, Dataset, TrainingImage
from .dataset_task import DatasetTask, DatasetTaskKind, DatasetTaskState
from .run import Checkpoint, LossPoint, RequestedAction, RunLine, RunSample, RunState, TrainingRun
from .snapshot import Snapshot, SnapshotImage
from .upload import Upload, UploadState
from .weights import WeightsContent
from .weights_download import WeightsDownload, WeightsForm

__all__ = [
    "REACHES",
    "BaseModel",
    "CaptionRevision",
    "CaptionState",
    "Checkpoint",
    "DatasetTask",
    "DatasetTaskKind",
    "DatasetTaskState",
    "Dataset",
    "Kind",
    "LicenceClass",
    "LossPoint",
    "RunLine",
    "RunSample",
    "RunState",
    "Snapshot",
    "SnapshotImage",
    "TrainingImage",
    "TrainingRun",
    "Upload",
    "UploadState",
    "WeightsDownload",
    "WeightsForm",
    "RequestedAction",
    "WeightsContent",
]
