import tempfile
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from brandstudio.core import blobs
from gallery.demo import contact_sheet, story, styles

STYLE = "papercut"
PICTURES = 60
MARKS = (0.0, 0.3, 0.5, 0.7, 1.0)


class Command(BaseCommand):
    help = "Does the main job without a browser and prints what it measured (`make demo`)."

    def add_arguments(self, parser):
        parser.add_argument("--style", choices=sorted(styles.STYLES), default=STYLE)
        parser.add_argument("--pictures", type=int, default=PICTURES)
        parser.add_argument("--output", type=Path, default=settings.DATA_DIR / "strength-sheet.png")

    def handle(self, *, style, pictures, output, **options):
        call_command("migrate", interactive=False, verbosity=0)
        style = styles.STYLES[style]
        try:
            self.tell(style, pictures, output)
        except story.StoryBroken as broken:
            raise CommandError(str(broken)) from broken

    def tell(self, style, pictures, output):
        people = story.set_the_stage()
        with tempfile.TemporaryDirectory() as folder:
            self.stdout.write(f"Dataset: {pictures} pictures in the style “{style.name_en}” …")
            dataset, true = story.make_dataset(style, people, Path(folder), pictures)
        self.stdout.write(f"Captions drafted: {true:.0%} named vehicle and place; all corrected.")
        self.stdout.write("Training …")
        began = time.monotonic()
        run = story.train(dataset, people)
        trained = time.monotonic() - began
        self.stdout.write("Publishing: painting the strength sheet …")
        version = story.publish(style, run, people)
        contact_sheet.draw(version).save(output)
        self.report(version, run, trained, output)

    def report(self, version, run, trained, output):
        size = blobs.size(version.weights_sha256)
        self.stdout.write("")
        self.stdout.write(f"Training time   {trained:.0f} s for {run.steps_done} steps")
        self.stdout.write(f"LoRA size       {size / 1e6:.2f} MB  sha256 {version.weights_sha256}")
        self.stdout.write(
            "Strength        style   content   (1 = the set's own colours; the base's own scene)"
        )
        for row in version.evidence["scores"]:
            if row["strength"] in MARKS:
                self.stdout.write(
                    f"  {row['strength']:<12.1f}  {row['style']:.3f}   {row['content']:.3f}"
                )
        self.stdout.write(
            f"Approved as     {version} (allowed {version.strength_min}–"
            f"{version.strength_max}, default {version.strength})"
        )
        self.stdout.write(f"Contact sheet   {output}")
