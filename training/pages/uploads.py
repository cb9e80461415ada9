"""What the upload page shows of files that are broken off, being unpacked, or just taken in."""

from dataclasses import dataclass

from training.models import Upload, UploadState
from training.problems import explain, sentence

SHOWN = 20  # uploads; older reports are put away by themselves after a week


@dataclass(frozen=True)
class Told:
    """What became of one file of an upload."""

    text: str
    is_refused: bool


@dataclass(frozen=True)
class Incoming:
    """One file. lines: what (`Told`) a person should read. percent: of its bytes, on its way."""

    upload: Upload
    lines: list
    problem: object = None

    @property
    def percent(self):
        return int(100 * self.upload.arrived / self.upload.size)

    @property
    def is_broken_off(self):
        return self.upload.state == UploadState.ARRIVING

    @property
    def added(self):
        return self.upload.report.get("added", 0)

    @property
    def captioned(self):
        return self.upload.report.get("captioned", 0)

    @property
    def more(self):
        return self.upload.report.get("more", 0)


def incoming(dataset):
    """{"rows": list of Incoming, "is_active": whether a worker still has something to do}.

    Files that were taken in without a remark are not told of: their pictures are.
    """
    uploads = list(dataset.uploads.all()[: SHOWN * 5])
    rows = [
        Incoming(
            upload,
            [
                Told(sentence(code, facts), is_refused=outcome == "refused")
                for _name, outcome, code, facts in upload.report.get("lines", ())
            ],
            explain(upload.problem, upload.problem_facts, dataset=dataset)
            if upload.problem
            else None,
        )
        for upload in uploads
        if upload.state != UploadState.DONE or upload.sha256 or upload.report.get("lines")
    ]
    return {"rows": rows[:SHOWN], "is_active": any(upload.is_active for upload in uploads)}
