from django.core.management.base import BaseCommand, CommandError

from gallery.demo import content


class Command(BaseCommand):
    help = "Brings the demo content into an empty studio; one that is in use is left as it is."

    def handle(self, **options):
        try:
            loaded = content.load()
        except content.WrongBase as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Demo content added." if loaded else "Nothing to add.")
