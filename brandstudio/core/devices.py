"""The device that this host's train and render workers share."""

import os

from django.conf import settings

from brandstudio.core.device import Device, Pace


def this_device():
    """The Device of this worker process. Both workers of a pair must name the same one.

    STUDIO_DEVICE tells pairs on one host apart, such as "cuda:1"; one pair needs no name.
    """
    return Device(
        settings.DATA_DIR / "locks",
        os.environ.get("STUDIO_DEVICE", "device"),
        Pace(turn=settings.DEVICE_TURN_SECONDS),
    )
