"""The ways to reach a vehicle, in one table: each row makes a bus, imported only when chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from integration.address import BrokerAddress
from integration.bus import Bus
from integration.bus_link import BusLink
from integration.topics import DEFAULT_PREFIX
from integration.virtual import VirtualHub
from intents.errors import ErrorCode, LinkError


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How to reach one vehicle."""

    kind: str = "mqtt"
    """A row of `BUSES`."""
    address: BrokerAddress = field(default_factory=BrokerAddress)
    """The broker, for `mqtt`."""
    hub: VirtualHub | None = None
    """The meeting place, for `virtual`."""
    prefix: str = DEFAULT_PREFIX
    """First level of every topic."""
    patient: bool = False
    """For a service that starts with the vehicle: no broker yet is not an error, the link connects when it comes."""


def _mqtt(settings: LinkSettings) -> Bus:
    from integration.mqtt import MqttBus

    return MqttBus(settings.address, patient=settings.patient)


def _virtual(settings: LinkSettings) -> Bus:
    if settings.hub is None:
        raise LinkError(
            ErrorCode.BROKER_UNREACHABLE, "the virtual link has no hub", remedy="give both ends the same VirtualHub"
        )
    return settings.hub.bus()


BUSES: Mapping[str, Callable[[LinkSettings], Bus]] = MappingProxyType({"mqtt": _mqtt, "virtual": _virtual})


def make_bus(settings: LinkSettings) -> Bus:
    """The bus a row makes, not yet open; raises LinkError for a kind the table does not have."""
    factory = BUSES.get(settings.kind)
    if factory is None:
        known = ", ".join(sorted(BUSES))
        raise LinkError(
            ErrorCode.SETTING_INVALID, f"no vehicle link is called {settings.kind!r}", remedy=f"use one of: {known}"
        )
    return factory(settings)


def make_link(settings: LinkSettings) -> BusLink:
    """The vehicle link to use with `async with`."""
    return BusLink(make_bus(settings), prefix=settings.prefix)
