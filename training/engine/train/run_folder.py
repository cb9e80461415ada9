"""The output folder of a run: who writes what where."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from training.engine.data.image_folder import EVENTS, RECORD, SAMPLES
from training.engine.errors import EngineError
from training.engine.events import Event, Paused, Warning
from training.engine.files.disk import (
    check_file_name,
    check_folder_path,
    check_writable,
    disk_errors,
    write_json,
)


class RunFolder:
    """Paths and records of one run.

    `<name>.safetensors` (final), `<name>-step000100.safetensors` (per save), run.json,
    events.jsonl, samples/; .state/ holds what a resume needs, .cache/ the encoded set.
    """

    def __init__(self, folder: str | Path, name: str, cache: str | Path | None = None):
        self.folder = Path(folder)
        self.name = name
        self.state = self.folder / ".state"
        self.cache = Path(cache) if cache else self.folder / ".cache"
        self.samples = self.folder / SAMPLES
        self.events = self.folder / EVENTS
        self.record = self.folder / RECORD
        self._early = ""  # events of a start that may yet be refused
        self._has_begun = False
        self._made_folder = False

    @property
    def final(self) -> Path:
        return self.folder / f"{self.name}.safetensors"

    def checkpoint(self, step: int) -> Path:
        return self.folder / f"{self.name}-step{step:06}.safetensors"

    def open(self, resume: bool) -> None:
        """Check that the folder may be used. Raises output-holds-run, resume-nothing, …"""
        check_folder_path(self.folder.parent, "output_dir")
        check_file_name(self.name, "output_dir", f"{self.name}-step000100.safetensors")
        if os.path.isfile(self.folder):
            raise EngineError("output-is-file", key="output_dir", path=str(self.folder))
        holds_run = self.record.is_file() or any(self.state.glob("step*/state.json"))
        if holds_run and not resume:
            raise EngineError("output-holds-run", path=str(self.folder))
        if resume and not holds_run:
            raise EngineError("resume-nothing", path=str(self.folder))
        self._has_begun = resume
        self._made_folder = not self.folder.exists()
        check_writable(self.folder)

    def note(self, event: Event) -> None:
        """Append an event to events.jsonl; how a run ends is told even where no byte fits.

        Until the run has begun (`write_record`) events are kept back: one that is refused leaves
        no file.
        """
        self._early += json.dumps(event.to_json(), ensure_ascii=False) + "\n"
        if not self._has_begun:
            return
        lines, self._early = self._early, ""
        try:
            with disk_errors(self.folder), self.events.open("a", encoding="utf-8") as file:
                file.write(lines)
        except EngineError:
            if not isinstance(event, Paused | Warning):
                raise

    def leave(self) -> None:
        """Take away the folder that `open` made, if the run never began and nothing is in it."""
        if self._made_folder and not self._has_begun:
            with contextlib.suppress(OSError):  # something is in it
                self.folder.rmdir()

    def forget_events_after(self, step: int) -> None:
        """Drop events of steps that a resumed run makes again, so that none is told twice."""
        if not self.events.is_file():
            return
        remaining = []
        for line in self.events.read_text(encoding="utf-8").splitlines():
            try:
                event = json.loads(line)
            except json.JSONDecodeError:
                continue  # the last line of a run that was killed while writing
            if event.get("step", 0) <= step and event.get("event") not in ("paused", "finished"):
                remaining.append(line)
        with disk_errors(self.folder):
            temporary = self.events.with_suffix(".tmp")
            temporary.write_text("".join(line + "\n" for line in remaining), encoding="utf-8")
            temporary.replace(self.events)

    def write_record(self, facts: dict[str, Any], step: int = 0) -> None:
        if not self._has_begun:
            self.events.unlink(missing_ok=True)  # of a start that died before it began
        write_json(self.record, facts, step)
        self._has_begun = True
