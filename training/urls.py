from django.urls import path

from training.views import bases, bulk, captions, datasets, pictures, runs, uploads

app_name = "training"
urlpatterns = [
    path("datasets/", datasets.dataset_list, name="dataset-list"),
    path("datasets/new/", datasets.dataset_new, name="dataset-new"),
    path("datasets/<int:pk>/", captions.bench, name="dataset-detail"),
    path("datasets/<int:pk>/edit/", datasets.dataset_edit, name="dataset-edit"),
    path("datasets/<int:pk>/upload/", uploads.upload, name="dataset-upload"),
    path("datasets/<int:pk>/statistics/", datasets.statistics, name="dataset-statistics"),
    path("datasets/<int:pk>/rights/", datasets.rights, name="dataset-rights"),
    path("datasets/<int:pk>/snapshots/", datasets.snapshots, name="dataset-snapshots"),
    path("datasets/<int:pk>/export/", datasets.export, name="dataset-export"),
    path("datasets/<int:pk>/chores/", captions.chores, name="dataset-chores"),
    path("datasets/<int:pk>/bulk/", bulk.bulk, name="dataset-bulk"),
    path("datasets/<int:pk>/replace/", bulk.replace, name="dataset-replace"),
    path("datasets/<int:pk>/revert/", bulk.revert, name="dataset-revert"),
    path("datasets/<int:pk>/train/", runs.run_new, name="run-new"),
    path("snapshots/<int:pk>/export/", datasets.snapshot_export, name="snapshot-export"),
    path("images/<int:pk>/caption/", captions.caption, name="image-caption"),
    path("images/<int:pk>/<str:which>/", pictures.image_file, name="image-file"),
    path("runs/", runs.run_list, name="run-list"),
    path("runs/compare/", runs.run_compare, name="run-compare"),
    path("runs/<int:pk>/", runs.run_detail, name="run-detail"),
    path("runs/<int:pk>/progress/", runs.run_progress, name="run-progress"),
    path("runs/<int:pk>/act/", runs.run_act, name="run-act"),
    path("runs/<int:pk>/log/", runs.run_log, name="run-log"),
    path("runs/<int:pk>/again/", runs.run_again, name="run-again"),
    path("samples/<int:pk>/", pictures.sample_file, name="sample-file"),
    path("checkpoints/<int:pk>/", pictures.checkpoint_file, name="checkpoint-file"),
    path("base-models/", bases.base_list, name="base-list"),
]
