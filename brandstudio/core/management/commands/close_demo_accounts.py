from django.core.management.base import BaseCommand

from brandstudio.core.access import demo_accounts
from brandstudio.core.process import setting_up


class Command(BaseCommand):
    help = "Takes the demo's password from every account that still has it; what they made stays."

    def handle(self, **options):
        setting_up.check_prepared()
        closed = demo_accounts.close()
        names = ", ".join(closed) or "none was open"
        self.stdout.write(f"Closed: {names}. `manage.py changepassword NAME` opens one again.")
