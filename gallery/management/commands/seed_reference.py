from django.core.management.base import BaseCommand

from gallery import services


class Command(BaseCommand):
    help = "Adds the channels, vehicles, glossary and campaigns that are missing."

    def handle(self, **options):
        services.seed_reference()
