"""librdkafka's TLS settings in the words of Python's own TLS, for the delivery that does not use librdkafka."""

import ssl
from collections.abc import Mapping

#: settings that Python's TLS cannot be told; a worker that silently trusted something else would be worse
UNTOLD = ("ssl.keystore.location", "ssl.ca.pem", "ssl.certificate.pem", "ssl.key.pem", "ssl.crl.location")


def protocol_of(extra: Mapping[str, str]) -> str:
    """plaintext, ssl, sasl_plaintext or sasl_ssl: what is not said follows librdkafka's default."""
    return extra.get("security.protocol", "plaintext").lower()


def tls_of(extra: Mapping[str, str]) -> ssl.SSLContext | None:
    """How the broker is known and how it knows us; None without TLS.

    Raises  SystemExit(2) naming a setting that only librdkafka knows
    """
    if protocol_of(extra) not in ("ssl", "sasl_ssl"):
        return None
    untold = [name for name in UNTOLD if name in extra]
    if untold:
        names = ", ".join(f"SIGNAALBRUG_KAFKA__{name.upper().replace('.', '_')}" for name in untold)
        raise SystemExit(f"{names}: niet voor Faust; geef bestanden (SSL_CA_LOCATION, SSL_CERTIFICATE_LOCATION)")
    context = ssl.create_default_context(cafile=extra.get("ssl.ca.location"))
    if "ssl.certificate.location" in extra:
        key = extra.get("ssl.key.location")
        context.load_cert_chain(extra["ssl.certificate.location"], key, extra.get("ssl.key.password"))
    if extra.get("ssl.endpoint.identification.algorithm") == "none":
        context.check_hostname = False
    if extra.get("enable.ssl.certificate.verification", "true").lower() == "false":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
