from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from brandstudio.core.access import demo_accounts
from gallery import services
from gallery.demo import make
from gallery.demo.alone import in_own_studio
from gallery.demo.styles import INK


class Command(BaseCommand):
    help = (
        "The main job without a browser, in a studio of its own: dataset, captions, training, "
        "publishing, approval and a strength sheet, with figures at the end."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--pictures", dest="image_count", type=int, default=40, help="in the dataset"
        )
        parser.add_argument("--epochs", type=int, help="else as the base recommends")

    def handle(self, *, image_count, epochs, **options):
        folder = Path(settings.DATA_DIR) / "demo"
        if not in_own_studio(folder):
            return
        say = self.stdout.write
        changes = {"epochs": epochs} if epochs else {}
        try:
            version, run = self.main_job(say, image_count, changes)
        except make.DemoFailed as error:
            raise CommandError(str(error)) from error
        sheet = make.contact_sheet(version, Path(settings.DATA_DIR) / "contact-sheet.png")
        say("")
        say(f"training time   {(run.ended_at - run.started_at).total_seconds():.0f} s")
        say(f"LoRA size       {version.size / 1e6:.2f} MB")
        say("strength        " + "  ".join(f"{s:>5.1f}" for s, _a, _b in make.scores_at(version)))
        say("style score     " + "  ".join(f"{a:>5.2f}" for _s, a, _b in make.scores_at(version)))
        say("scene kept      " + "  ".join(f"{b:>5.2f}" for _s, _a, b in make.scores_at(version)))
        say(f"contact sheet   {sheet}")

    @staticmethod
    def main_job(say, image_count, changes):
        designer, _marketer, admin = demo_accounts.make_demo_accounts()
        services.seed_reference()
        base = make.the_base()
        with make.timed(say, f"dataset of {image_count} pictures"):
            dataset, captions = make.make_dataset(INK, designer, image_count)
        with make.timed(say, "captions drafted by the machine"):
            make.draft_captions(dataset, designer)
        with make.timed(say, "captions checked"):
            make.check_captions(dataset, captions, designer)
        with make.timed(say, "training"):
            run = make.train(dataset, base, designer, INK.name_en, **changes)
        with make.timed(say, "published, strength sheet painted"):
            version = make.publish(run, INK, designer)
        with make.timed(say, "submitted and approved by two people"):
            make.review(version, designer, admin)
        return version, run
