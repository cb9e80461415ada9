from django.urls import path

from brandstudio.core.input import converters  # noqa: F401 -- makes <id:…> known
from brandstudio.core.ui import redirects
from training.views import bases, bulk, captions, datasets, files, images, runs, uploads

app_name = "training"
urlpatterns = [
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/new/", datasets.dataset_new, name="dataset-new"),
    path("datasets/<id:pk>/", captions.caption_editor, name="dataset-detail"),
    path("datasets/<id:pk>/edit/", datasets.dataset_edit, name="dataset-edit"),
    path("datasets/<id:pk>/upload/", uploads.upload, name="dataset-upload"),
    path("datasets/<id:pk>/uploads/", uploads.uploads, name="dataset-uploads"),
    path("datasets/<id:pk>/uploads/begin/", uploads.upload_begin, name="upload-begin"),
    path("uploads/<id:pk>/", uploads.upload_part, name="upload-part"),
    path("uploads/<id:pk>/retry/", uploads.upload_retry, name="upload-retry"),
    path("uploads/<id:pk>/forget/", uploads.upload_forget, name="upload-forget"),
    path("datasets/<id:pk>/bin/", datasets.dataset_discard, name="dataset-discard"),
    path("datasets/<id:pk>/restore/", datasets.dataset_restore, name="dataset-restore"),
    path("datasets/<id:pk>/statistics/", datasets.statistics, name="dataset-statistics"),
    path("datasets/<id:pk>/rights/", datasets.rights, name="dataset-rights"),
    path("datasets/<id:pk>/snapshots/", datasets.snapshots, name="dataset-snapshots"),
    path("datasets/<id:pk>/export/", datasets.export, name="dataset-export"),
    path("datasets/<id:pk>/tasks/", captions.dataset_tasks, name="dataset-tasks"),
    path("datasets/<id:pk>/chores/", redirects.moved_to("training:dataset-tasks")),
    path("datasets/<id:pk>/bulk/", bulk.bulk, name="dataset-bulk"),
    path("datasets/<id:pk>/replace/", bulk.replace, name="dataset-replace"),
    path("datasets/<id:pk>/revert/", bulk.revert, name="dataset-revert"),
    path("datasets/<id:pk>/train/", runs.run_new, name="run-new"),
    path("snapshots/<id:pk>/export/", datasets.snapshot_export, name="snapshot-export"),
    path("images/<id:pk>/", images.image_detail, name="image-detail"),
    path("images/<id:pk>/revert/", images.image_revert, name="image-revert"),
    path("images/<id:pk>/withdraw/", images.image_withdraw, name="image-withdraw"),
    path("images/<id:pk>/caption/", captions.caption, name="image-caption"),
    path("images/<id:pk>/<str:which>/", files.image_file, name="image-file"),
    path("runs/", runs.run_list, name="run-list"),
    path("runs/compare/", runs.run_compare, name="run-compare"),
    path("runs/<id:pk>/", runs.run_detail, name="run-detail"),
    path("runs/<id:pk>/progress/", runs.run_progress, name="run-progress"),
    path("runs/<id:pk>/taste/", runs.run_taste, name="run-taste"),
    path("runs/<id:pk>/act/", runs.run_act, name="run-act"),
    path("runs/<id:pk>/log/", runs.run_log, name="run-log"),
    path("runs/<id:pk>/again/", runs.run_again, name="run-again"),
    path("samples/<id:pk>/", files.sample_file, name="sample-file"),
    path("checkpoints/<id:pk>/", files.checkpoint_file, name="checkpoint-file"),
    path("checkpoints/<id:pk>/act/", runs.checkpoint_act, name="checkpoint-act"),
    path("base-models/", bases.base_list, name="base-list"),
]
