"""Content credentials (C2PA) of a file: signed last, and read as anybody else would read them.

Specification: https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html
("Certificate Profile", "Actions"). The work is done by c2pa-python; no network is asked, so that
files carry no trusted time stamp and revocation is not looked up.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass, field
from typing import IO

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gallery.engine.xmp import COMPOSED, GENERATED
from training.engine.errors import EngineError

GENERATOR = "Brand Studio"
_SOURCE_TYPES = {
    GENERATED: c2pa.C2paDigitalSourceType.TRAINED_ALGORITHMIC_MEDIA,
    COMPOSED: c2pa.C2paDigitalSourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
}
# What a certificate that signs content must be for: one of these.
_CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")  # c2pa-kp-claimSigning
_USES = {ExtendedKeyUsageOID.EMAIL_PROTECTION, _CLAIM_SIGNING}
_SELF_MADE_DAYS = 3650


@dataclass(frozen=True)
class Credentials:
    """What signs files. chain: PEM, the signer's own certificate first and its root last.

    key: PEM of the private key. algorithm: of c2pa. ends: the moment from which nothing is signed.
    """

    chain: str
    key: str = field(repr=False)
    algorithm: c2pa.C2paSigningAlg
    ends: datetime.datetime

    @property
    def root(self) -> str:
        """The last certificate of the chain, PEM: what a reader has to trust."""
        return x509.load_pem_x509_certificates(self.chain.encode())[-1].public_bytes(_PEM).decode()


@dataclass(frozen=True)
class CredentialsRead:
    """What the C2PA reader says of a file.

    state: "Valid" (whole, signer unknown), "Trusted" (whole, by a signer under the given root),
    "Invalid" (changed since, or never right), "" (none in it). source_types: of its actions, the
    last words of IPTC's addresses. faults: codes of what failed.
    """

    state: str
    source_types: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return self.state in ("Valid", "Trusted")


_PEM = serialization.Encoding.PEM


def self_made(organisation: str, now: datetime.datetime) -> str:
    """PEM of a key, a certificate and a root of this studio's own, for ten years.

    It proves that a file was not changed since; who signed it is known to nobody outside.
    """
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    until = now + datetime.timedelta(days=_SELF_MADE_DAYS)
    root_name = _name(organisation, f"{organisation} root")
    root = (
        _certificate(root_name, root_name, root_key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    own = (
        _certificate(_name(organisation, organisation), root_name, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .add_extension(authority, critical=False)
        .sign(root_key, hashes.SHA256())
    )
    private = key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode() + "".join(each.public_bytes(_PEM).decode() for each in (own, root))


def _name(organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _certificate(subject, issuer, key, now, until) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        **dict.fromkeys(
            (
                "content_commitment",
                "key_encipherment",
                "data_encipherment",
                "key_agreement",
                "encipher_only",
                "decipher_only",
            ),
            False,
        ),
    )


def credentials(pem: str, now: datetime.datetime) -> Credentials:
    """The credentials in a text: a private key, its certificate, and those above it up to the root.

    now: with a time zone. Raises EngineError: certificate-unreadable, certificate-key (of another
    certificate), certificate-expired, certificate-early, certificate-use (not made to sign
    content), certificate-chain (its certificates do not follow from one another).
    """
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
        private = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise EngineError("certificate-unreadable") from error
    own = certificates[0]
    facts = {"name": own.subject.rfc4514_string()}
    if own.public_key() != private.public_key():
        raise EngineError("certificate-key", **facts)
    if own.not_valid_after_utc <= now:
        raise EngineError("certificate-expired", day=f"{own.not_valid_after_utc:%Y-%m-%d}", **facts)
    if own.not_valid_before_utc > now:
        raise EngineError("certificate-early", day=f"{own.not_valid_before_utc:%Y-%m-%d}", **facts)
    if not _signs_content(own):
        raise EngineError("certificate-use", **facts)
    _check_chain(certificates, facts)
    chain = "".join(each.public_bytes(_PEM).decode() for each in certificates)
    key = private.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Credentials(chain, key.decode(), _algorithm(private, facts), own.not_valid_after_utc)


def _signs_content(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature and bool(_USES & set(uses))


def _check_chain(certificates, facts) -> None:
    for child, parent in zip(certificates, certificates[1:], strict=False):
        try:
            child.verify_directly_issued_by(parent)
        except Exception as error:  # InvalidSignature, ValueError, TypeError: all say the same
            raise EngineError("certificate-chain", **facts) from error


def _algorithm(private, facts) -> c2pa.C2paSigningAlg:
    algorithms = c2pa.C2paSigningAlg
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return algorithms.ED25519
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= 2048:
        return algorithms.PS256
    if isinstance(private, ec.EllipticCurvePrivateKey):
        by_curve = {"secp256r1": algorithms.ES256, "secp384r1": algorithms.ES384}
        if private.curve.name in by_curve:
            return by_curve[private.curve.name]
    raise EngineError("certificate-use", **facts)


def sign(
    source: IO[bytes],
    target: IO[bytes],
    content_type: str,
    credentials: Credentials,
    *,
    title: str,
    source_type: str = GENERATED,
) -> None:
    """Write the file of source to target with content credentials; nothing may change it after.

    source, target: seekable binary files. source_type: GENERATED or COMPOSED. Raises EngineError:
    certificate-refused, where the library refuses what `credentials` let through.
    """
    details = c2pa.C2paSignerInfo(
        credentials.algorithm, credentials.chain.encode(), credentials.key.encode(), None
    )
    # A thumbnail would cost a third of a second and up to a megabyte.
    context = c2pa.Context.from_dict(
        {
            "builder": {
                "thumbnail": {"enabled": False},
                "claim_generator_info": {"name": GENERATOR},
            },
            "trust": {"user_anchors": credentials.root},
        }
    )
    try:
        builder = c2pa.Builder({"title": title}, context)
        builder.set_intent(c2pa.C2paBuilderIntent.CREATE, _SOURCE_TYPES[source_type])
        with c2pa.Signer.from_info(details) as signer:
            builder.sign(signer, content_type, source, target)
    except c2pa.C2paError as error:
        raise EngineError("certificate-refused", reason=str(error)) from error


def read(source: IO[bytes], content_type: str, root: str = "") -> CredentialsRead:
    """What the file says of itself. root: PEM of the certificate to trust, if any."""
    trust = {"trust": {"user_anchors": root}} if root else {}
    context = c2pa.Context.from_dict({"verify": {"remote_manifest_fetch": False}, **trust})
    try:
        with c2pa.Reader(content_type, source, context=context) as reader:
            report = json.loads(reader.json())
            state = reader.get_validation_state() or ""
    except c2pa.C2paError.ManifestNotFound:
        return CredentialsRead("")
    except c2pa.C2paError as error:
        return CredentialsRead("Invalid", faults=(str(error).partition(":")[0],))
    return CredentialsRead(state, tuple(_source_types(report)), tuple(_faults(report)))


def _source_types(report):
    manifest = report["manifests"][report["active_manifest"]]
    for assertion in manifest.get("assertions", ()):
        if assertion["label"].startswith("c2pa.actions"):
            for action in assertion["data"]["actions"]:
                if address := action.get("digitalSourceType"):
                    yield address.rpartition("/")[2]


def _faults(report):
    results = report.get("validation_results", {}).get("activeManifest", {})
    return [fault["code"] for fault in results.get("failure", ())]
