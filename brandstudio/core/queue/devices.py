"""The device that this host's train and render workers share."""

import json
import os
import sys
from functools import lru_cache

import psutil
from django.conf import settings
from redis.exceptions import RedisError

from brandstudio.core.queue import work_queue
from brandstudio.core.queue.device import Device, Sharing

_KEY = "studio:device:"


@lru_cache(maxsize=1)
def capacity():
    """(“cuda” or “cpu”, memory in 10⁶ bytes) of this worker's device: its GPU, else the host.

    STUDIO_DEVICE_MB sets the memory, where others use the device too.
    """
    import torch

    is_gpu = torch.cuda.is_available()
    if setting := os.environ.get("STUDIO_DEVICE_MB"):
        megabytes = int(setting)
    elif is_gpu:
        megabytes = torch.cuda.get_device_properties(0).total_memory // 10**6
    else:
        megabytes = psutil.virtual_memory().total // 10**6
    return "cuda" if is_gpu else "cpu", megabytes


def can_hold(row):
    """Whether this worker's device has the memory that the row needs at the least."""
    return not row.needs_mb or row.needs_mb <= capacity()[1]


def announce(redis):
    """Tell the others what this process's device can hold, if torch is loaded and knows it."""
    if "torch" not in sys.modules:
        return
    import torch

    kind, megabytes = capacity()
    count = torch.cuda.device_count()
    facts = json.dumps({"kind": kind, "megabytes": megabytes, "gpus": count})
    name = f"{os.uname().nodename}:{os.environ.get('STUDIO_DEVICE', 'device')}"
    redis.set(_KEY + name, facts, ex=max(1, round(settings.LEASE_SECONDS)))


def known():
    """What living workers told of their devices: [{"kind", "megabytes", "gpus"}]."""
    try:
        redis = work_queue.connection()
        answers = [redis.get(key) for key in redis.scan_iter(_KEY + "*")]
    except RedisError:
        return []
    return [json.loads(device) for device in answers if device]


def largest():
    """The largest of the known devices; None where no worker has told of any."""
    return max(known(), key=lambda device: device["megabytes"], default=None)


def this_device():
    """The Device of this worker process. Both workers of a pair must name the same one.

    STUDIO_DEVICE tells pairs on one host apart, such as "cuda:1"; one pair needs no name.
    """
    return Device(
        settings.DATA_DIR / "locks",
        os.environ.get("STUDIO_DEVICE", "device"),
        Sharing(turn=settings.DEVICE_TURN_SECONDS),
    )
