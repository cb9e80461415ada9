"""Acts over several rows, the disk or the queue. One file a noun; callers import from here."""

from .bases import sync_base_models
from .captions import apply_edit, import_captions, preview_edit, revert_edit, set_states
from .chores import ask_chore, has_own_labeler
from .datasets import make_dataset, remove_pictures, set_rights
from .exports import export_zip
from .preflight import preflight, sizes_of
from .runs import (
    NotReady,
    ask_run,
    cancel_run,
    move_in_queue,
    prioritise,
    queue_run,
    repeat_run,
    start_run,
    write_training_folder,
)
from .uploads import UploadReport, add_pictures

__all__ = [
    "NotReady",
    "UploadReport",
    "add_pictures",
    "apply_edit",
    "ask_chore",
    "ask_run",
    "cancel_run",
    "export_zip",
    "has_own_labeler",
    "import_captions",
    "make_dataset",
    "move_in_queue",
    "preflight",
    "prioritise",
    "preview_edit",
    "queue_run",
    "remove_pictures",
    "repeat_run",
    "revert_edit",
    "set_rights",
    "set_states",
    "sizes_of",
    "start_run",
    "sync_base_models",
    "write_training_folder",
]
