"""The run's own certificates, as a server reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from interop.run.pki import SERVER_NAMES, Pki


def _server_certificate(folder: Path) -> x509.Certificate:
    Pki().write(folder)
    return x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes())


def test_the_servers_certificate_is_valid_now_and_for_months_but_not_for_centuries(tmp_path: Path) -> None:
    certificate = _server_certificate(tmp_path)
    now = datetime.now(UTC)
    assert certificate.not_valid_before_utc < now
    assert timedelta(days=30) < certificate.not_valid_after_utc - now < timedelta(days=400)


def test_the_servers_certificate_has_its_names_and_no_address(tmp_path: Path) -> None:
    names = _server_certificate(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert tuple(names.value.get_values_for_type(x509.DNSName)) == SERVER_NAMES
    assert names.value.get_values_for_type(x509.IPAddress) == []
