"""Bundles between studios: out with a signature, in through this studio's own gates."""

import hashlib
import json
import zipfile
from io import BytesIO, StringIO

import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from safetensors.torch import load_file, save_file

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import services
from gallery.engine import signing, style_bundle
from gallery.models import ReviewState, StylePack, StyleVersion
from gallery.services import bundles, studios

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("studio_folder")]
SCORES = [{"strength": 0.0, "style": 0.1, "content": 1.0, "drift": 0.0, "note": "secret prompt"}]


@pytest.fixture
def elsewhere(settings, tmp_path, forgotten):
    """elsewhere(): from now on this is another studio, with a key of its own and no rows of ours.
    Returns the former studio's public key."""

    def elsewhere():
        key = studios.public_key()
        settings.SIGNING_KEY_FILE = tmp_path / "theirs" / "signing-key"
        settings.SIGNING_KEY_FILE.parent.mkdir()
        settings.STUDIO_NAME = "Studio Two"
        forgotten()
        return key

    return elsewhere


@pytest.fixture
def forgotten():
    """forgotten(): the studio has no style any more."""

    def forgotten():
        for version in StyleVersion.objects.all():
            version.images.all().delete()
            version.sheet.delete()
            version.delete()
        StylePack.objects.all().delete()

    return forgotten


@pytest.fixture
def bundle(make_version, settings, tmp_path):
    """The path of an approved version's bundle, from "Studio One"."""
    settings.STUDIO_NAME = "Studio One"
    version = make_version(evidence={"scores": SCORES}, strength=0.65)
    path = tmp_path / "ink-v1.bundle.zip"
    with bundles.signed_bundle(version) as file:
        path.write_bytes(file.read())
    return path


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def signed_anew(path, change):
    """The bundle with its manifest changed, rightly signed by a new key, which is returned."""
    key = signing.private_key(signing.new_key())
    files = contents(path)
    manifest = json.loads(files[style_bundle.MANIFEST])
    manifest["studio"]["public_key"] = signing.public_text(key)
    change(manifest, files)
    files[style_bundle.MANIFEST] = style_bundle.canonical(manifest)
    files[style_bundle.SIGNATURE] = key.sign(files[style_bundle.MANIFEST])
    packed(path, files)
    return signing.public_text(key)


def sent(path, **fields):
    return {"file": SimpleUploadedFile(path.name, path.read_bytes()), **fields}


def verified(path, *options):
    """(exit code, what `verify_bundle` says)"""
    out, err = StringIO(), StringIO()
    try:
        call_command("verify_bundle", str(path), *options, stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, out.getvalue() + err.getvalue()
    return 0, out.getvalue() + err.getvalue()


def test_style_goes_from_studio_to_studio_through_the_gates_of_both(
    at, designer, brand_admin, base, bundle, elsewhere, toy_weights
):
    key = elsewhere()
    studios.trust("One", key, brand_admin)

    answer = at(designer).post("bundle-import", **sent(bundle))

    version = StyleVersion.objects.get()
    assert answer.url == version.get_absolute_url()
    assert (version.state, version.sheet.state) == (ReviewState.DRAFT, "waiting")
    assert (version.pack.slug, version.pack.name_zh) == ("ink", "ink 包")
    assert (version.trigger_words, version.origin_maker) == ("ink style", "Studio One")
    assert version.claim["band"]["strength"] == 0.65
    assert version.claim["scores"] == [{"strength": 0.0, "style": 0.1, "scene": 1.0, "drift": 0.0}]
    ours, theirs = load_file(toy_weights), load_file(blobs.local(version.weights_sha256))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert b"Studio One" in at(designer).get("version-detail", "ink", 1).content
    with pytest.raises(Refused) as caught:
        services.submit(version, designer)
    assert caught.value.code == "evidence-missing"


def test_bundle_tells_nothing_of_prompts_people_and_pictures(bundle, designer):
    files = contents(bundle)
    manifest = json.loads(files["manifest.json"])

    assert set(files) == {
        "manifest.json",
        "manifest.sig",
        "ink-v1.safetensors",
        "ink-v1.json",
        "ink-v1.preview.png",
    }
    assert files["manifest.json"] == style_bundle.canonical(manifest)
    assert manifest["approval"]["by"] == "brand admin"
    for word in ("secret prompt", "a suv", designer.username):
        assert word.encode() not in files["manifest.json"]


def test_approver_is_named_where_the_studio_says_so(make_version, settings, brand_admin, tmp_path):
    settings.BUNDLES_NAME_APPROVER = True

    with bundles.signed_bundle(make_version()) as file:
        manifest = json.loads(contents(BytesIO(file.read()))["manifest.json"])

    assert manifest["approval"]["by"] == brand_admin.shown_name


def test_own_bundle_is_let_in_where_its_weights_are_gone_as_after_a_lost_database(
    at, designer, bundle, forgotten
):
    forgotten()

    at(designer).post("bundle-import", **sent(bundle))

    assert StyleVersion.objects.get().pack.slug == "ink"


def test_unknown_signer_is_shown_with_its_fingerprint_and_refused_until_an_admin_adds_the_key(
    at, designer, brand_admin, bundle, elsewhere, added_by
):
    key = elsewhere()

    refused = at(designer).post("bundle-import", **sent(bundle))
    seen_by_admin = at(brand_admin).post("bundle-import", **sent(bundle)).content.decode()
    added = added_by(brand_admin, "One", f" {key[:20]} \n{key[20:]}")
    let_in = at(designer).post("bundle-import", **sent(bundle))

    assert refused.status_code == 422
    page = refused.content.decode()
    assert signing.fingerprint(key) in page
    assert "/studios/?" not in page
    assert "/studios/?name=Studio%20One&amp;public_key=" in seen_by_admin
    assert added.status_code == let_in.status_code == 302
    assert StyleVersion.objects.count() == 1


def test_wrong_signature_is_told_and_nothing_is_unpacked(at, designer, bundle):
    files = contents(bundle)
    files["manifest.json"] = files["manifest.json"].replace(b'"ink style"', b'"pen style"')
    packed(bundle, files)

    assert_refused(at, designer, bundle, "bundle-signature-wrong")


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["files"].append({"name": "../evil", "sha256": "", "size": 1}),
        lambda manifest: manifest["pack"].update(slug="Not A Slug", name_en=7),
        lambda manifest: manifest.update(format_version=2),
        lambda manifest: manifest.update(format="another"),
        lambda manifest: manifest.pop("files"),
        lambda manifest: manifest["studio"].update(public_key="no key"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_nothing_of_a_forged_manifest_is_judged_nor_told(at, designer, bundle, change):
    files = contents(bundle)
    manifest = json.loads(files["manifest.json"])
    change(manifest)
    files["manifest.json"] = style_bundle.canonical(manifest)
    packed(bundle, files | {"extra.txt": b"x"})

    assert assert_refused(at, designer, bundle, "bundle-signature-wrong") == (
        "The signature of ink-v1.bundle.zip is wrong: its manifest was changed after it was "
        "signed. Nothing of it was unpacked; get it again from its sender."
    )


def test_manifest_without_a_key_is_another_tools(at, designer, bundle):
    signed_anew(bundle, lambda manifest, files: manifest["studio"].pop("public_key"))

    assert_refused(at, designer, bundle, "bundle-not-one")


def test_changed_file_is_told_by_its_name(at, designer, bundle):
    files = contents(bundle)
    files["ink-v1.json"] = files["ink-v1.json"].replace(b"ink style", b"pen style")
    packed(bundle, files)

    error = assert_refused(at, designer, bundle, "bundle-file-changed")

    assert "ink-v1.json" in error


def test_missing_and_extra_files_are_told_by_their_names(at, designer, bundle):
    files = contents(bundle)
    without = {name: content for name, content in files.items() if not name.endswith(".png")}

    missing = assert_refused(at, designer, packed(bundle, without), "bundle-file-missing")
    extra = assert_refused(
        at, designer, packed(bundle, files | {"../evil.txt": b"x"}), "bundle-file-extra"
    )

    assert "ink-v1.preview.png" in missing
    assert "../evil.txt" in extra


def test_file_that_unpacks_to_more_than_was_signed_for_is_refused(at, designer, bundle):
    files = contents(bundle)
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files | {"ink-v1.preview.png": b"\0" * 30_000_000}).items():
            archive.writestr(name, content)

    assert_refused(at, designer, bundle, "bundle-file-changed")


def test_bundle_of_a_newer_format_names_both(at, designer, bundle):
    signed_anew(bundle, lambda manifest, files: manifest.update(format_version=2))

    error = assert_refused(at, designer, bundle, "bundle-newer")

    assert "2" in error
    assert "1" in error


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest, files: manifest.pop("band"),
        lambda manifest, files: manifest.update(scores=[{"strength": "<b>"}]),
        lambda manifest, files: manifest["files"].append(
            {"name": "../evil.safetensors", "sha256": "", "size": 1}
        ),
        lambda manifest, files: manifest["files"][0].update(size=10**12),
        lambda manifest, files: manifest["studio"].update(name=7),
    ],
)
def test_manifest_that_is_signed_and_odd_is_refused(at, designer, bundle, change):
    signed_anew(bundle, change)

    assert_refused(at, designer, bundle, "bundle-manifest-odd")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + b"x" * 60, b"no zip at all"])
def test_what_is_no_zip_is_told(at, designer, base, tmp_path, content):
    (tmp_path / "a.bundle.zip").write_bytes(content or b" ")

    assert_refused(at, designer, tmp_path / "a.bundle.zip", "bundle-unreadable")


def test_plain_zip_for_others_is_no_bundle(at, designer, bundle):
    files = contents(bundle)
    del files["manifest.json"], files["manifest.sig"]

    assert_refused(at, designer, packed(bundle, files), "bundle-not-one")


def test_bundle_for_another_family_names_both(at, designer, brand_admin, base, bundle):
    key = signed_anew(bundle, lambda manifest, files: manifest["base"].update(family="sdxl"))
    studios.trust("Odd", key, brand_admin)

    chosen = at(designer).post("bundle-import", **sent(bundle, base=base.pk, slug="other"))
    alone = at(designer).post("bundle-import", **sent(bundle, slug="other"))

    assert chosen.context["form"].refusal.code == "bundle-base-differs"
    assert "sdxl" in chosen.context["form"].errors["base"][0]
    assert alone.context["form"].refusal.code == "bundle-base-absent"
    code, said = verified(bundle)
    assert code == 1
    assert "says it is for sdxl, but its weights are made for studio-mini" in said


def test_signed_weights_that_do_nothing_are_refused(at, designer, brand_admin, bundle, tmp_path):
    def emptied(manifest, files):
        path = tmp_path / "empty.safetensors"
        path.write_bytes(files["ink-v1.safetensors"])
        tensors = load_file(path)
        for name, tensor in tensors.items():
            if ".lora_up." in name:
                tensor.zero_()
        save_file(tensors, path, {"ss_base_model_version": "studio_mini_v1"})
        replaced(manifest, files, path.read_bytes())

    studios.trust("Odd", signed_anew(bundle, emptied), brand_admin)

    assert_refused(at, designer, bundle, "lora-all-zero")


def test_signed_pickle_is_refused(at, designer, brand_admin, bundle):
    def pickled(manifest, files):
        replaced(manifest, files, b"\x80\x04\x95" + b"x" * 500)

    studios.trust("Odd", signed_anew(bundle, pickled), brand_admin)

    assert_refused(at, designer, bundle, "file-is-pickle")


def replaced(manifest, files, content):
    """Put other weights into a bundle that is about to be signed."""
    files["ink-v1.safetensors"] = content
    for entry in manifest["files"]:
        if entry["name"] == "ink-v1.safetensors":
            entry |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def assert_refused(at, person, path, code):
    """The site and the command refuse it with this code; returns the site's sentence."""
    before = StyleVersion.objects.count()

    answer = at(person).post("bundle-import", **sent(path, slug="other"))
    exit_code, said = verified(path, "--json")

    form = answer.context["form"]
    assert (answer.status_code, form.refusal.code) == (422, code)
    assert StyleVersion.objects.count() == before
    verdict = json.loads(said)
    assert (exit_code, verdict["valid"], verdict["problem"]["code"]) == (1, False, code)
    return form.errors["file"][0]


def test_slug_that_is_taken_asks_for_another(at, designer, bundle, forgotten):
    forgotten()
    StylePack.objects.create(slug="ink", name_zh="别的", name_en="Another")

    taken = at(designer).post("bundle-import", **sent(bundle))
    other = at(designer).post("bundle-import", **sent(bundle, slug="ink-two"))

    assert taken.context["form"].errors["slug"]
    assert other.status_code == 302
    assert StylePack.objects.filter(slug="ink-two", name_en="ink pack").exists()


def test_only_approved_versions_leave_as_bundles_and_only_with_designers(
    at, designer, marketer, make_version
):
    make_version(state="draft")
    make_version("open")

    assert at(designer).get("version-bundle", "ink", 1).status_code == 403
    assert at(marketer).get("version-bundle", "open", 1).status_code == 403
    given = at(designer).get("version-bundle", "open", 1)
    assert given["Content-Disposition"] == 'attachment; filename="open-v1.bundle.zip"'
    given.close()


def test_commands_write_a_bundle_and_verify_it(make_version, tmp_path):
    make_version()
    key = studios.public_key()

    call_command(
        "export_lora", "ink-v1", "--output", str(tmp_path / "out"), "--bundle", stdout=StringIO()
    )
    path = tmp_path / "out" / "ink-v1.bundle.zip"
    code, said = verified(path)
    other = verified(path, "--key", signing.public_text(signing.private_key(signing.new_key())))

    assert code == 0
    assert signing.fingerprint(key) in said
    assert verified(path, "--key", key)[0] == 0
    assert other[0] == 1
    assert "signed with another key" in other[1]
    verdict = json.loads(verified(path, "--json", "--key", key)[1])
    assert (verdict["valid"], verdict["signer"]["fingerprint"]) == (True, signing.fingerprint(key))


def test_verifying_asks_no_database(bundle, django_db_blocker):
    with django_db_blocker.block():
        assert verified(bundle)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ink-v9"], "There is no style ink-v9"),
        (["ink.safetensors"], "There is no style ink.safetensors"),
        (["ink-v1", "--license", "mine"], "--license does nothing with --bundle"),
        (["draft-v1"], "is not approved"),
    ],
)
def test_bundle_that_cannot_be_written_is_told(make_version, tmp_path, arguments, words):
    make_version()
    make_version("draft", state="draft")

    with pytest.raises(CommandError, match=words):
        call_command("export_lora", *arguments, "--output", str(tmp_path / "out"), "--bundle")
