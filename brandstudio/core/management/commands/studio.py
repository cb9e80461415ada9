import signal
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand

from brandstudio.core.access import demo_accounts, first_admin
from brandstudio.core.process import hanging, programs, redis_server, setting_up
from brandstudio.core.process.supervisor import Supervisor
from brandstudio.core.process.telling import telling


class Command(BaseCommand):
    help = "Runs the whole studio: web, queue and workers, until Ctrl-C."

    def add_arguments(self, parser):
        parser.add_argument(
            "--workers-only",
            action="store_true",
            help="For further hosts: workers on the database and Redis that the environment names.",
        )

    def handle(self, *, workers_only, **options):
        try:
            with setting_up.only_one(programs.address(workers_only)):
                self.supervise(workers_only)
        except (setting_up.CannotStart, redis_server.RedisProblem) as problem:
            self.stderr.write(str(problem))
            sys.exit(1)

    def supervise(self, workers_only):
        if not workers_only:
            setting_up.check_port(programs.HOST, programs.port())
            setting_up.prepare(self.say)
        supervisor = Supervisor(
            programs.all_programs(workers_only),
            settings.DATA_DIR / "log",
            self.say,
            watch=hanging.Watch(self.say, settings.LEASE_SECONDS),
            watch_seconds=settings.RENEW_SECONDS,
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, supervisor.ask_to_stop)
        try:
            self.bring_up(supervisor, workers_only)
            supervisor.run()
        finally:
            self.say("Stopping …")
            supervisor.stop()
            self.say("Stopped.")

    def bring_up(self, supervisor, workers_only):
        """Redis before all others, which would only complain; then the address for people."""
        supervisor.want("redis")
        if not programs.is_redis_embedded() and not redis_server.answers(settings.REDIS_URL):
            self.say(f"Waiting for Redis, which does not answer at {settings.REDIS_URL} …")
        wait_until(lambda: redis_server.answers(settings.REDIS_URL), supervisor)
        supervisor.want()
        if workers_only:
            return self.say("The workers run.")
        address = programs.address()
        self.say("Starting the site and its workers …")
        with telling(self.say, "starting the site"):
            wait_until(lambda: setting_up.serves(address), supervisor)
        if supervisor.is_stopping:
            return None
        self.say(f"\n  Brand Studio is open at {address}")
        self.say_who_may_sign_in()
        return self.say(f"  Logs: {settings.DATA_DIR / 'log'}   Ctrl-C ends everything.\n")

    def say_who_may_sign_in(self):
        if people := demo_accounts.open_demo_accounts():
            self.say(f"  Demo accounts: {', '.join(people)} (password: {demo_accounts.PASSWORD})")
        if first_admin.is_missing():
            self.say("  The first admin chooses a password here (works once, for three days):")
            self.say(f"  {first_admin.link()}")

    def say(self, line):
        stamp = "" if line.startswith(("\n", " ")) else time.strftime("%H:%M:%S ")
        self.stdout.write(f"{stamp}{line}")
        self.stdout.flush()


def wait_until(condition, supervisor):
    """Keep the children going until the condition holds, or somebody asks to stop."""
    while not (supervisor.is_stopping or condition()):
        supervisor.tick()
        time.sleep(0.05)
