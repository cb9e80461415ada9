"""Rows as a person names them on the command line."""

from django.core.management.base import CommandError
from django.db.models import Q


def dataset_named(datasets, name):
    """The dataset of this number or name. Raises CommandError when there is none, or several."""
    wanted = Q(name=name) | Q(pk=int(name)) if name.isdigit() else Q(name=name)
    found = list(datasets.filter(wanted)[:3])
    if not found:
        raise CommandError(f"There is no dataset {name}.")
    if len(found) > 1:
        numbers = ", ".join(str(dataset.pk) for dataset in found)
        raise CommandError(f"Several datasets are called {name}; give a number ({numbers} …).")
    return found[0]
