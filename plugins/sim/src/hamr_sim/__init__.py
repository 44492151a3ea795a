"""A provider on this machine: a real HTTP server on loopback, made of the wires' server halves."""

from __future__ import annotations

from collections.abc import Generator

from hamr.api import Route, Transport, hookimpl

PLACEHOLDER = "http://sim.invalid"
"""The origin in provider.toml, which stands for the server of this process."""


@hookimpl(wrapper=True)
def hamr_transport(route: Route) -> Generator[None, Transport | None, Transport | None]:
    """Lead the calls to a server that the first of them starts, unless the base URL is that of a real one."""
    transport = yield
    if transport is None or not route.provider.base_url.startswith(PLACEHOLDER):
        return transport
    from hamr_sim.transport import SimTransport

    return SimTransport(transport, PLACEHOLDER)
