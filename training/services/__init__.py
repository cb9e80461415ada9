"""Acts over several rows, the disk or the queue. One file a noun; callers import from here."""

from .bases import sync_base_models
from .captions import (
    apply_edit,
    import_captions,
    preview_edit,
    revert_edit,
    set_states,
    too_long_after,
)
from .dataset_tasks import ask_task, has_own_labeler
from .datasets import empty_bin, make_dataset, remove_images, set_rights
from .exports import export_zip
from .incoming import (
    OutOfStep,
    begin_upload,
    discard_upload,
    queue_file,
    receive_part,
    retry_upload,
    sweep_uploads,
    take_in_upload,
    unpack_upload,
)
from .preflight import preflight, sizes_of, unknown_rights_of
from .retention import InUse, drop_checkpoint, keep_checkpoint
from .run_folders import write_training_folder
from .runs import (
    NotReady,
    ask_run,
    cancel_run,
    confirmed_unknown_rights,
    move_in_queue,
    prioritise,
    queue_run,
    repeat_run,
    resume_run,
    start_run,
)
from .set_medium import is_drawn
from .tastes import newest_taste, start_taste, sweep_tastes
from .upload_report import UploadReport
from .uploads import NamedFile, add_images

__all__ = [
    "NamedFile",
    "InUse",
    "NotReady",
    "OutOfStep",
    "UploadReport",
    "add_images",
    "apply_edit",
    "ask_task",
    "ask_run",
    "begin_upload",
    "cancel_run",
    "confirmed_unknown_rights",
    "discard_upload",
    "drop_checkpoint",
    "export_zip",
    "has_own_labeler",
    "import_captions",
    "is_drawn",
    "keep_checkpoint",
    "make_dataset",
    "move_in_queue",
    "newest_taste",
    "preflight",
    "prioritise",
    "preview_edit",
    "queue_file",
    "queue_run",
    "receive_part",
    "remove_images",
    "repeat_run",
    "resume_run",
    "revert_edit",
    "set_rights",
    "set_states",
    "sizes_of",
    "start_run",
    "start_taste",
    "empty_bin",
    "retry_upload",
    "sweep_tastes",
    "sweep_uploads",
    "sync_base_models",
    "take_in_upload",
    "too_long_after",
    "unknown_rights_of",
    "unpack_upload",
    "write_training_folder",
]
