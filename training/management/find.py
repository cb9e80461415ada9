"""Rows as a person names them on the command line."""

from django.core.management.base import CommandError
from django.db.models import Q

from brandstudio.core.input.numbers import parse_id


def dataset_named(datasets, name):
    """The dataset of this number or name. Raises CommandError when there is none, or several."""
    number = parse_id(name)
    condition = Q(name=name) if number is None else Q(name=name) | Q(pk=number)
    matches = list(datasets.filter(condition)[:3])
    if not matches:
        raise CommandError(f"There is no dataset {name}.")
    if len(matches) > 1:
        numbers = ", ".join(str(dataset.pk) for dataset in matches)
        raise CommandError(f"Several datasets are called {name}; give a number ({numbers} …).")
    return matches[0]
