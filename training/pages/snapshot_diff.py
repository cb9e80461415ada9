"""Two snapshots side by side."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Differences:
    """added, removed: SnapshotImages. recaptioned: [(name, caption before, caption after)].

    replaced: names whose picture changed. same: how many are equal.
    """

    added: list
    removed: list
    recaptioned: list
    replaced: list
    same: int

    @property
    def is_empty(self):
        return not (self.added or self.removed or self.recaptioned or self.replaced)


def differences(older, newer):
    """What changed from one snapshot to the next, matched by file name."""
    before = {image.name: image for image in older.images.all()}
    after = {image.name: image for image in newer.images.all()}
    both = [name for name in after if name in before]
    return Differences(
        added=[image for name, image in after.items() if name not in before],
        removed=[image for name, image in before.items() if name not in after],
        recaptioned=[
            (name, before[name].caption, after[name].caption)
            for name in both
            if before[name].caption != after[name].caption
        ],
        replaced=[name for name in both if before[name].sha256 != after[name].sha256],
        same=sum(
            before[name].caption == after[name].caption
            and before[name].sha256 == after[name].sha256
            for name in both
        ),
    )
