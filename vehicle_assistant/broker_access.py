"""From the settings to a broker's address: reads the password and looks at the certificates before anyone connects."""

from pathlib import Path

from integration.address import BrokerAddress, TlsFiles
from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.settings_sections import VehicleSection

LARGEST_PASSWORD_BYTES = 65_535
"""MQTT 5 carries no longer one."""


def broker_address(vehicle: VehicleSection, *, client_id: str | None = None) -> BrokerAddress:
    """The broker the settings name; `client_id` for a second connection beside the service's own.

    Raises SettingsError (`setting_invalid`) when the password or a certificate cannot be read.
    """
    return BrokerAddress(
        host=vehicle.host,
        port=vehicle.port,
        client_id=client_id or vehicle.client_id,
        username=vehicle.username,
        password=None if vehicle.password_file is None else _password(vehicle.password_file),
        tls=_tls(vehicle),
    )


def _tls(vehicle: VehicleSection) -> TlsFiles | None:
    if vehicle.tls_ca is None or vehicle.tls_certificate is None or vehicle.tls_key is None:
        return None
    for name, path in (("ca", vehicle.tls_ca), ("certificate", vehicle.tls_certificate), ("key", vehicle.tls_key)):
        _read(path, f"vehicle.tls_{name} names {path}, which", 1)
    return TlsFiles(vehicle.tls_ca, vehicle.tls_certificate, vehicle.tls_key)


def _password(path: Path) -> str:
    """The first line. Neither path nor content is repeated: a password typed in the path's place must not be shown."""
    what = "the file that vehicle.password_file names"
    lines = _read(path, what, LARGEST_PASSWORD_BYTES + 2).splitlines()
    if not lines or not lines[0]:
        raise _unusable(f"{what} is empty", "write the password into its first line")
    if len(lines[0]) > LARGEST_PASSWORD_BYTES:
        raise _unusable(f"{what} begins with a line longer than a password can be", "name the right file")
    try:
        return lines[0].decode()
    except UnicodeDecodeError:
        raise _unusable(f"{what} is not UTF-8", "name the right file") from None


def _read(path: Path, what: str, limit_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit_bytes)
    except OSError as refused:
        problem = f"{what} cannot be read: {refused.strerror}"
    raise _unusable(problem, "name a file that the service's user may read")


def _unusable(problem: str, remedy: str) -> SettingsError:
    return SettingsError(ErrorCode.SETTING_INVALID, problem, remedy=remedy)
