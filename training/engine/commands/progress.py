"""How far a command is: bars on a terminal, and a training run's events as lines."""

import sys

from tqdm import tqdm


def progress_bar(name: str, unit: str, total: int | None = None, done: int = 0) -> tqdm:
    """A bar on stderr, which draws nothing where that is no terminal."""
    return tqdm(desc=name, unit=unit, total=total, initial=done, disable=None)


class ProgressBars:
    """One progress bar for the steps, one for each earlier phase; other events are lines."""

    def __init__(self):
        self.bar: tqdm | None = None
        self.name = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None

    def show(self, event) -> None:
        if event.kind == "phase":
            self._phase(event)
        elif event.kind == "step":
            self._step(event)
        else:
            self.line(_LINES[event.kind](event))

    def line(self, text: str) -> None:
        tqdm.write(text, file=sys.stdout)

    def _step(self, event) -> None:
        if self.bar is not None:
            self.bar.set_postfix(loss=f"{event.loss:.4f}", epoch=event.epoch, refresh=False)
            self.bar.update(event.step - self.bar.n)

    def _phase(self, event) -> None:
        if event.name in ("saving", "sampling"):
            return
        if event.name != self.name:
            self.close()
            self.name = event.name
            unit = "step" if event.name == "training" else "item"
            if event.total:
                self.bar = progress_bar(event.name, unit, event.total, event.done)
            return
        if self.bar is not None:
            self.bar.update(event.done - self.bar.n)


_LINES = {
    "estimate": lambda e: (
        f"memory: about {e.total:,} MB (weights {e.weights:,}, activations {e.activations:,}, "
        f"adapter and optimizer {e.adapter:,}; while encoding {e.encoding:,})"
    ),
    "validation": lambda e: f"step {e.step}: validation loss {e.loss:.4f}",
    "sample": lambda e: f"step {e.step}: sample {e.path}",
    "checkpoint": lambda e: f"step {e.step}: saved {e.path}",
    "warning": lambda e: f"warning: {e.sentence}",
    "paused": lambda e: f"paused at step {e.step}; go on with --resume",
    "cancelled": lambda e: f"cancelled at step {e.step}",
    "recommended": lambda e: f"recommended: step {e.step}, {e.path}. {' '.join(e.sentences)}",
    "finished": lambda e: (
        f"finished {e.path} in {e.seconds:.0f} s of training ({e.sha256})"
        + (f"; ended early at step {e.steps}, best was step {e.best_step}" if e.reason else "")
    ),
}
