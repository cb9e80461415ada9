"""Tells people about work that ended while they were elsewhere."""

from brandstudio.core.models import Notice


def run_ended(run):
    """A notice for the run's owner about its present state, which is an end or a pause."""
    Notice.objects.create(
        person=run.owner,
        code=f"run-{run.state}",
        facts={"name": run.name, "problem": run.problem, "problem_facts": run.problem_facts},
        url=run.get_absolute_url(),
    )
