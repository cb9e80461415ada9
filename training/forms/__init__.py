from .captions import CaptionForm, EditForm
from .dataset import DatasetForm, RightsForm, UploadForm
from .run import RunForm

__all__ = ["CaptionForm", "DatasetForm", "EditForm", "RightsForm", "RunForm", "UploadForm"]
