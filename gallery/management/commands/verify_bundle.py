"""`manage.py verify_bundle`: is a style bundle whole, and whose is it? Without a database."""

import json
import sys
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand

from gallery.engine import signing, style_bundle
from training.engine.errors import EngineError
from training.engine.fault_reasons import counted
from training.engine.lora.header import LoraHeader


class Command(BaseCommand):
    help = (
        "Check a style bundle's signature, its files and its weights. Needs neither database nor "
        "Redis. Exits 1 if anything is wrong. Without --key the fingerprint is told, and whose it "
        "is, is for you to compare."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help="a .bundle.zip")
        parser.add_argument("--key", help="the public key it must be signed with")
        parser.add_argument("--json", action="store_true", help="the findings as one JSON object")

    def handle(self, *, file, key, json, **options):
        bundle, error = None, None
        try:
            bundle = style_bundle.open_signed(file)
            _check_key(bundle, key)
            lora = _check_files(bundle)
        except EngineError as caught:
            error = caught
        if json:
            self._as_json(bundle, key, error)
        elif error is None:
            self._in_words(bundle, key, lora)
        else:
            self.stderr.write(str(error))
        if error is not None:
            sys.exit(1)

    def _as_json(self, bundle, key, error):
        verdict = {
            "valid": error is None,
            "problem": error and error.to_json(),
            "signer": bundle and {"name": bundle.studio, "fingerprint": bundle.fingerprint},
            "key_named": bool(key),
            "manifest": bundle and bundle.manifest,
        }
        self.stdout.write(json.dumps(verdict, ensure_ascii=False, indent=2))

    def _in_words(self, bundle, key, lora: LoraHeader):
        manifest = bundle.manifest
        whose = "the key you named" if key else "not compared: name the sender's key with --key"
        for label, value in (
            ("signature", "right"),
            ("signer", f"{bundle.studio} ({whose})"),
            ("fingerprint", bundle.fingerprint),
            ("style", f"{manifest['pack']['slug']} v{manifest['version']}, {manifest['made_on']}"),
            ("licence", manifest["rights"]["licence"]),
            ("base", f"{manifest['base']['family']} {manifest['base']['sha256'][:16]}"),
            ("weights", f"{lora.family}, {counted(len(lora.layers), 'layer')}"),
            *(("file", f"{entry['name']}, {entry['size']} bytes") for entry in manifest["files"]),
        ):
            # A foreign file must not steer the terminal.
            printable = "".join(letter if letter.isprintable() else " " for letter in value)
            self.stdout.write(f"{label:12} {printable}")


def _check_key(bundle, key):
    if not key:
        return
    expected = signing.tidy_public(key)
    if expected != bundle.public_key:
        raise EngineError(
            "bundle-signer-other",
            name=bundle.name,
            fingerprint=bundle.fingerprint,
            expected=signing.fingerprint(expected),
        )


def _check_files(bundle):
    with tempfile.TemporaryDirectory() as folder:
        return style_bundle.unpack(bundle, Path(folder))
