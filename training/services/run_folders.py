"""The folders in which a worker trains, and how a run's state gets from one attempt to the next."""

import os
import shutil
import tarfile
from pathlib import Path

from django.conf import settings
from django.utils.text import slugify

from brandstudio.core import blobs
from training.engine.config.run_config import RunConfig
from training.engine.data.captions.tables import write_metadata
from training.engine.errors import EngineError


def run_folder(run):
    return Path(settings.DATA_DIR) / "runs" / str(run.pk)


def cache_folder():
    """Encoded pictures and captions, shared by all runs; may be deleted at any time."""
    return Path(settings.DATA_DIR) / "cache" / "encoded"


def attempt_folder(run):
    """Where the present attempt writes. An older attempt that still lives can't disturb it."""
    return run_folder(run) / f"attempt-{run.attempt}"


def output_folder(run):
    """The engine's output_dir of the present attempt; its last part names the files."""
    return attempt_folder(run) / _file_name(run)


def _file_name(run):
    return f"{slugify(run.name, allow_unicode=True)[:60] or 'run'}-{run.pk}"


def write_training_folder(run):
    """Lay the snapshot out as files for the engine. Returns the RunConfig of this attempt.

    Pictures are links to the blobs where the disk allows, copies elsewhere.
    """
    # One folder for all attempts: the snapshot never changes, and a resumed run compares its paths.
    data = run_folder(run) / "data"
    data.mkdir(parents=True, exist_ok=True)
    attempt_folder(run).mkdir(exist_ok=True)
    images = list(run.snapshot.images.all())
    for image in images:
        _link(blobs.local(image.sha256, image.name), data / image.name)
    metadata = run_folder(run) / "metadata.csv"
    write_metadata(metadata, {image.name: image.caption for image in images})
    return RunConfig.from_yaml(run.config).replace(
        train_data_dir=str(data),
        metadata_path=str(metadata),
        base_model=run.base.path,
        output_dir=str(output_folder(run)),
    )


def carry_state_over(run):
    """Bring the newest state of an earlier attempt into this attempt's folder.

    It is on this host's disk, else among the blobs, where another host put it. Returns its step;
    None means that nothing had been saved. Raises EngineError("resume-nothing") when what had been
    saved can't be found.
    """
    target = output_folder(run)
    ours = [
        (_newest_step(folder := run_folder(run) / f"attempt-{number}" / target.name), folder)
        for number in range(run.attempt)
    ]
    step, source = max(ours, key=lambda pair: pair[0], default=(-1, None))
    if step < 0 and not run.resume_sha256:
        return None
    arriving = target.with_name(".arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    if source is not None and step >= run.resume_step:
        # A copy, because a worker that is thought dead may still write.
        shutil.copytree(source, arriving)
    else:
        _unpack_state(run.resume_sha256, arriving / ".state")
    shutil.rmtree(target, ignore_errors=True)
    os.replace(arriving, target)
    return max(step, run.resume_step)


def _newest_step(folder):
    """Step of the newest whole state in an output folder, -1 without any."""
    states = folder.glob(".state/step*/state.json")
    return max((int(path.parent.name.removeprefix("step")) for path in states), default=-1)


def pack_state(run):
    """(step, SHA-256 of a blob) of the newest state, as any host can go on from."""
    step = _newest_step(output_folder(run))
    packed = attempt_folder(run) / ".state.tar"
    try:
        with tarfile.open(packed, "w") as tar:  # tensors do not get smaller by compression
            name = f"step{step:06}"
            tar.add(output_folder(run) / ".state" / name, arcname=name)
        return step, blobs.put(packed)
    finally:
        packed.unlink(missing_ok=True)


def _unpack_state(sha256, folder):
    try:
        with tarfile.open(blobs.local(sha256)) as tar:
            tar.extractall(folder, filter="data")
    except blobs.BlobMissing as error:
        raise EngineError("resume-nothing", path=str(folder)) from error


def forget_files(run):
    """Free the disk of a run that has ended: checkpoints and samples live on as blobs."""
    shutil.rmtree(run_folder(run), ignore_errors=True)


def _link(source, target):
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        shutil.copyfile(source, target)
