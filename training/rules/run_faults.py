"""What of a sound configuration this studio can't carry out, as far as is known without torch."""

import re

from brandstudio.core.queue import devices
from training.engine.lora.fit import idle_targets

_DEVICE = re.compile(r"auto|cpu|cuda(?::(?P<number>[0-9]{1,3}))?")


def faults_here(config, base):
    """[(code, facts)], each with the key it speaks of. What can't be known yet passes."""
    faults = []
    if isinstance(config.targets, tuple) and (idle := idle_targets(base, config.targets)):
        facts = {"key": "targets", "targets": ", ".join(idle), "base": base.name}
        faults.append(("targets-match-nothing", facts))
    if not _may_be_there(config.device):
        faults.append(("device-missing", {"key": "device", "device": config.device}))
    return faults


def _may_be_there(device):
    """Whether some worker may have this device; of those that have not told nothing is known."""
    match = _DEVICE.fullmatch(device)
    if not match or not device.startswith("cuda"):
        return bool(match)
    reported = devices.known()
    number = int(match["number"] or 0)
    return not reported or any(number < one.get("gpus", number + 1) for one in reported)
