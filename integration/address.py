"""Where a broker is and how to be let in."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 1883


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """PEM files of a mutually authenticated connection."""

    ca: Path
    """Certificate authority that signed the broker."""
    certificate: Path
    """Our certificate; its common name is the name the broker's access lists know us by."""
    key: Path
    """Private key of our certificate."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """One MQTT broker, and who we are there."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    client_id: str = "vehicle-assistant"
    """Two clients with one id put each other out."""
    username: str | None = None
    password: str | None = None
    tls: TlsFiles | None = None
    keepalive_s: int = 5
    """A dead peer is noticed after about one and a half of it."""
    connect_timeout_s: float = 3.0

    def __str__(self) -> str:
        """`host:port`, as in messages for people."""
        return f"{self.host}:{self.port}"
