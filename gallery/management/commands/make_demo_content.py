import tempfile
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from gallery.demo import content, story, styles
from training.models import Dataset

PICTURES = 48
LARGEST = 8_000_000  # bytes, all of it
SCENES = (
    {"template": "lingnan-arcade", "style": "ink", "strength": 0.7, "channel": "xiaohongshu",
     "colour": "red", "touch": "red lanterns", "count": 4, "seed": 482913},
    {"template": "festival", "style": "papercut", "strength": 0.7, "channel": "moments",
     "colour": "white", "count": 4, "seed": 7301},
    {"template": "harbour-night", "style": None, "channel": "screen",
     "colour": "blue", "vehicle": "Empow sedan", "count": 2, "seed": 21077},
    {"template": "morning-tea", "style": None, "channel": "moments",
     "colour": "green", "vehicle": "M8 mpv", "count": 2, "seed": 9120},
)  # fmt: skip


class Command(BaseCommand):
    help = "Makes the demo content anew with the bundled base (`make demo-content`)."

    def add_arguments(self, parser):
        parser.add_argument("--styles", nargs="+", default=["ink", "papercut"])

    def handle(self, **options):
        call_command("migrate", interactive=False, verbosity=0)
        if Dataset.objects.exists():
            raise CommandError(f"{settings.DATA_DIR} is in use; set STUDIO_DATA_DIR to a new one.")
        try:
            self.make(options["styles"])
        except story.StoryBroken as broken:
            raise CommandError(str(broken)) from broken
        size = content.export()
        self.stdout.write(f"{size / 1e6:.2f} MB in {content.FOLDER}")
        if size > LARGEST:
            raise CommandError(f"That is more than {LARGEST / 1e6:.0f} MB.")

    def make(self, names):
        people = story.set_the_stage()
        versions = {}
        for style in (styles.STYLES[name] for name in names):
            self.stdout.write(f"{style.name_en} …")
            with tempfile.TemporaryDirectory() as folder:
                dataset, true = story.make_dataset(style, people, Path(folder), PICTURES)
            self.stdout.write(f"  drafts that named vehicle and place: {true:.0%}")
            run = story.train(dataset, people)
            # The last checkpoint is what travels; the others would only weigh.
            run.checkpoints.filter(is_final=False).delete()
            versions[style.drawn] = story.publish(style, run, people, "风格清楚，车身不变形。")
            for row in versions[style.drawn].evidence["scores"]:
                self.stdout.write(f"  {row}")
        for details in SCENES:
            details = dict(details)
            style, strength = details.pop("style"), details.pop("strength", None)
            packs = [(versions[style], strength)] if style in versions else []
            scene = story.paint(people, packs=packs, **details)
            self.stdout.write(f"{scene}: {scene.assets.count()} pictures")
