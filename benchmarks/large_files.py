"""What does a poster of A1 at 300 dpi with bleed cost: seconds and memory of each step?

    python benchmarks/large_files.py [form …]     Linux; about a minute a form

Enlarges a drawn picture of 224 × 304 px to 7087 × 10004 px (600 × 847 mm), then writes it with its
label and marks, signs it, and reads it back, as `gallery/services/finishing.py` does for a worker.
Each form runs in a process of its own; the memory is the most that it ever held in that step, all
of it together.
"""

from __future__ import annotations

import argparse
import datetime
import io
import subprocess
import sys
import time
from pathlib import Path

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a file, from anywhere

from gallery.engine import credentials, file_forms, labelling, readback, upscale, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.labelling import LabelPlace
from gallery.engine.readback import Promise
from gallery.engine.xmp import Mark
from training.minibase import artist

SIZE = (7087, 10004)  # px, of which 35 on each side are bleed
RESERVED = 8192  # bytes that signing may add, as in finishing.py


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("forms", nargs="*", default=list(file_forms.CONTENT_TYPES))
    parser.add_argument("--grain", action="store_true", help="what compresses least")
    parser.add_argument("--here", action="store_true", help="in this process")
    options = parser.parse_args()
    for form in options.forms:
        if options.here:
            measure(form, options)
        else:
            more = ["--grain"] if options.grain else []
            subprocess.run([sys.executable, __file__, "--here", *more, form], check=True)


def measure(form: str, options: argparse.Namespace) -> None:
    now = datetime.datetime.now(datetime.UTC)
    signer = credentials.credentials(credentials.self_made("Benchmark", now), now)
    file_form = FileForm(form, dpi=300, bleed=35, reserved=RESERVED)
    place, mark = LabelPlace(labelling.LOWER_RIGHT, (35,) * 4, "AI生成"), Mark("DEMO", "studio-1")
    drawn = artist.draw(artist.SceneSpec(), (224, 304)).convert("RGB")
    grain = Image.effect_noise(SIZE, 30).convert("RGB") if options.grain else None
    image = step(form, "scale", lambda: upscale.cut_to(drawn, *SIZE))
    if grain:
        image = Image.blend(image, grain, 0.2)
        grain = None

    def write():
        out = io.BytesIO()
        labelling.write(
            image,
            out,
            file_form=file_form,
            mark=mark,
            source_type=xmp.GENERATED,
            packet="",
            watermark="",
            place=place,
        )
        return out

    def sign():
        out = io.BytesIO()
        unsigned.seek(0)
        kind, title = file_form.content_type, mark.produce_id
        credentials.sign(unsigned, out, kind, signer, title=title, source_type=xmp.GENERATED)
        return out.getvalue()

    unsigned = step(form, "write", write)
    content = step(form, "sign", sign)
    promise = Promise(SIZE, file_form, mark, xmp.GENERATED, signer.root, place)
    step(form, "read back", lambda: readback.check(content, promise))
    print(f"{form:5} {len(content) / 2**20:.1f} MiB", flush=True)


def step(form, name, act):
    """What the act gives; prints its seconds and the most memory that the process held."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted anew
    began = time.perf_counter()
    result = act()
    peak = next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    print(
        f"{form:5} {name:9} {time.perf_counter() - began:6.1f} s  peak {peak / 1024:6.0f} MiB",
        flush=True,
    )
    return result


if __name__ == "__main__":
    main()
