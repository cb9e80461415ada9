"""Tells people about work that ended while they were elsewhere."""

from brandstudio.core.services import sending


def run_ended(run):
    """A notice for the run's owner about its present state, which is an end or a pause.

    Of a taste nobody is told: who ordered it looks on.
    """
    if run.is_taste:
        return
    sending.tell(
        [run.owner],
        f"run-{run.state}",
        url=run.get_absolute_url(),
        name=run.name,
        problem=run.problem,
        problem_facts=run.problem_facts,
    )
