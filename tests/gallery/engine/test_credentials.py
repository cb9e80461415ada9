import datetime
import io
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from gallery.engine import credentials, readback
from gallery.engine.xmp import COMPOSED, GENERATED
from training.engine.errors import EngineError

NOW = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
YEARS = datetime.timedelta(days=3650)


@pytest.fixture(scope="module")
def pem():
    return credentials.self_made("Lingnan Motors", datetime.datetime.now(datetime.UTC))


@pytest.fixture
def own(pem):
    return credentials.credentials(pem, datetime.datetime.now(datetime.UTC))


@pytest.fixture
def sign(own):
    """sign(source_type): a JPEG with content credentials."""

    def sign(source_type=GENERATED):
        plain, signed = io.BytesIO(), io.BytesIO()
        Image.effect_noise((320, 240), 40).convert("RGB").save(plain, "JPEG")
        plain.seek(0)
        credentials.sign(
            plain, signed, "image/jpeg", own, title="studio-1", source_type=source_type
        )
        return signed.getvalue()

    return sign


def blocks(pem):
    """The key, its certificate and the root, as PEM texts."""
    return re.findall("-----BEGIN.*?-----END.*?-----\n", pem, re.DOTALL)


@pytest.mark.parametrize("source_type", [GENERATED, COMPOSED])
def test_signed_file_is_read_as_whole_and_by_whom(sign, own, source_type):
    read = credentials.read(io.BytesIO(sign(source_type)), "image/jpeg", own.root)

    assert read == credentials.CredentialsRead("Trusted", (source_type,))


def test_signer_that_nobody_trusts_is_told_apart_from_a_changed_file(sign):
    read = credentials.read(io.BytesIO(sign()), "image/jpeg")

    assert read.state == "Valid"
    assert read.is_whole
    assert read.faults == ("signingCredential.untrusted",)


def test_changed_file_is_invalid(sign, own):
    content = bytearray(sign())
    content[-60] ^= 1

    read = credentials.read(io.BytesIO(bytes(content)), "image/jpeg", own.root)

    assert not read.is_whole
    assert read.faults == ("assertion.dataHash.mismatch",)


def test_file_without_credentials_has_no_state():
    plain = io.BytesIO()
    Image.new("RGB", (8, 8)).save(plain, "JPEG")
    plain.seek(0)

    assert credentials.read(plain, "image/jpeg") == credentials.CredentialsRead("")


def test_other_peoples_reader_finds_the_same_action(sign):
    read = readback.read_by_exiftool(sign(COMPOSED))

    assert read["CBOR:ActionsAction"] == "c2pa.created"
    assert read["CBOR:ActionsDigitalSourceType"].endswith(f"/{COMPOSED}")


def test_key_is_in_no_representation(own):
    assert "PRIVATE" not in repr(own)


@pytest.mark.parametrize("text", ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAA\n"])
def test_text_without_a_certificate_is_refused(text):
    with pytest.raises(EngineError) as caught:
        credentials.credentials(text, NOW)

    assert caught.value.code == "certificate-unreadable"


def test_certificate_without_its_key_is_refused(pem):
    stranger = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    _key, *chain = blocks(pem)

    with pytest.raises(EngineError) as caught:
        credentials.credentials(stranger.decode() + "".join(chain), NOW)

    assert caught.value.code == "certificate-key"
    assert "Lingnan Motors" in str(caught.value)


@pytest.mark.parametrize(
    ("shift", "code"), [(YEARS * 1.01, "certificate-expired"), (-YEARS, "certificate-early")]
)
def test_certificate_counts_between_its_days(pem, shift, code):
    with pytest.raises(EngineError) as caught:
        credentials.credentials(pem, datetime.datetime.now(datetime.UTC) + shift)

    assert caught.value.code == code


def test_root_does_not_sign_content(pem):
    key, own, root = blocks(pem)

    with pytest.raises(EngineError) as caught:
        credentials.credentials(key + root + own, datetime.datetime.now(datetime.UTC))

    assert caught.value.code == "certificate-key"


def test_foreign_root_is_refused(pem):
    key, own, _root = blocks(pem)
    other = blocks(credentials.self_made("Others", datetime.datetime.now(datetime.UTC)))[2]

    with pytest.raises(EngineError) as caught:
        credentials.credentials(key + own + other, datetime.datetime.now(datetime.UTC))

    assert caught.value.code == "certificate-chain"


def test_certificate_for_something_else_is_refused():
    now = datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "web server")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + YEARS)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)

    with pytest.raises(EngineError) as caught:
        credentials.credentials(text.decode(), now)

    assert caught.value.code == "certificate-use"
