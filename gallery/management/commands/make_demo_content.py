import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from brandstudio.core.access import demo_accounts
from gallery import services
from gallery.demo import covers, make
from gallery.demo.alone import in_own_studio
from gallery.demo.export import export_demo
from gallery.demo.load import FOLDER
from gallery.demo.styles import STYLES
from gallery.models import PromptTemplate

# What the runs paint on their way, so that their pages show how a style comes.
SAMPLES = [
    "a white GS8 suv facing right in the centre, qilou arcade street by day",
    "a red Empow sedan facing left in the centre, sea bridge at sunset",
]


class Command(BaseCommand):
    help = (
        "Makes the demo content anew with the bundled base, in a studio of its own: datasets, two "
        "trained and approved packs with evidence, finished scenes. Writes it to gallery/demo."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--pictures", dest="image_count", type=int, default=32, help="in each dataset"
        )
        parser.add_argument("--epochs", type=int, default=20, help="few pictures need more")
        parser.add_argument("--per-scene", type=int, default=4, help="pictures of each scene")
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *, image_count, epochs, per_scene, folder, **options):
        if not in_own_studio(Path(tempfile.gettempdir()) / "brand-studio-demo"):
            return
        say = self.stdout.write
        designer, marketer, admin = demo_accounts.make_demo_accounts()
        services.seed_reference()
        services.seed_templates(designer, admin)
        try:
            base = make.the_base()
            changes = {"epochs": epochs, "save_steps": 40}
            for style in STYLES:
                dataset, captions = make.make_dataset(style, designer, image_count)
                make.check_captions(dataset, captions, designer)
                with make.timed(say, f"{style.slug}: trained"):
                    trigger = dataset.trigger_word
                    changes["trigger_words"] = trigger
                    changes["sample_prompts"] = [f"{trigger}, {prompt}" for prompt in SAMPLES]
                    run = make.train(dataset, base, designer, style.name_zh, **changes)
                with make.timed(say, f"{style.slug}: strength sheet"):
                    version = make.publish(run, style, designer)
                make.review(version, designer, admin)
                for strength, score, scene in make.scores_at(version):
                    say(f"  {strength:.1f}: style {score:.2f}, scene kept {scene:.2f}")
            with make.timed(say, "scenes"):
                make.render_scenes(marketer, admin, per_scene)
            with make.timed(say, "covers"):
                covers.render_covers(PromptTemplate.objects.approved(), base)
        except make.DemoFailed as error:
            raise CommandError(str(error)) from error
        exported = export_demo(folder, base)
        for line in exported.left_out:
            say(line)
        say(f"{exported.size / 1e6:.1f} MB in {folder}")
