from django.apps import AppConfig


class ToilConfig(AppConfig):
    """A room that exists only under test: work to kill, hang and lose."""

    name = "tests.toil"
    label = "toil"
