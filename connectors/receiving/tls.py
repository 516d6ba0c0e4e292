"""The TLS of our front: a certificate of our own, one of the client where it has one, and nothing old."""

import asyncio
import ssl
from pathlib import Path

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

#: A client that has not sent its request's head by then is slow on purpose.  Source  bad_inputs.md A20
HEAD_S = 10.0
PEER = "peer_certificate"


def context_of(
    certificate: Path, key: Path, authorities: Path, revoked: Path | None, required: bool
) -> ssl.SSLContext:
    """TLS 1.2 or newer; a client certificate must be of one of these authorities and not on the list of revoked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authorities)
    if revoked is not None:
        context.load_verify_locations(revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    return context


class FrontProtocol(H11Protocol):
    """HTTP/1.1 that tells the application who is at the other end, and lets nobody hold a silent connection.

    A request whose length is stated twice (Content-Length and Transfer-Encoding) is refused: a proxy before
    us could read it as two.
    """

    _head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        secured = transport.get_extra_info("ssl_object")
        peer = secured.getpeercert(binary_form=True) if secured is not None else None
        self.app_state = {**self.app_state, PEER: peer}
        self._wait_for_head()

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._head_came()
        elif self._head is None:
            self._wait_for_head()  # of the next request on this connection

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._head = self.loop.call_later(HEAD_S, self.transport.abort)

    def _head_came(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
