from django.core.management.base import BaseCommand, CommandError

from brandstudio.core.access import first_admin
from brandstudio.core.process import setting_up


class Command(BaseCommand):
    help = "Prints the one-time link by which the first admin chooses a password."

    def handle(self, **options):
        setting_up.check_prepared()
        if not first_admin.is_missing():
            raise CommandError(
                "There is an admin already. A lost password is replaced by "
                "`manage.py changepassword NAME`."
            )
        self.stdout.write(first_admin.link())
