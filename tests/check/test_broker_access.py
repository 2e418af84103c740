"""Passwords and certificates are looked at before anyone connects, and never repeated."""

import pytest

from intents.errors import ErrorCode, SettingsError
from vehicle_assistant.broker_access import LARGEST_PASSWORD_BYTES, broker_address
from vehicle_assistant.settings_sections import VehicleSection


@pytest.fixture
def vehicle(tmp_path):
    def vehicle(password: bytes | None = None, **settings) -> VehicleSection:
        if password is not None:
            (tmp_path / "password").write_bytes(password)
            settings |= {"username": "car", "password_file": str(tmp_path / "password")}
        return VehicleSection(**settings)

    return vehicle


def refusal(vehicle: VehicleSection) -> str:
    with pytest.raises(SettingsError) as refused:
        broker_address(vehicle)
    assert refused.value.code == ErrorCode.SETTING_INVALID
    assert refused.value.__cause__ is None
    return str(refused.value)


def test_the_plain_case(vehicle) -> None:
    address = broker_address(vehicle(host="car", port=1884), client_id="probe")
    assert (
        address.host, address.port, address.client_id, address.password, address.tls
    ) == ("car", 1884, "probe", None, None)  # fmt: skip
    assert broker_address(vehicle()).client_id == "vehicle-assistant"


@pytest.mark.parametrize("content", [b"hunter2", b"hunter2\n", b"hunter2\r\nrest\n"])
def test_the_first_line_is_the_password(vehicle, content) -> None:
    assert broker_address(vehicle(content)).password == "hunter2"


@pytest.mark.parametrize("content", [b"", b"\nhunter2", b"hunter2\xff", b"hunter2" * LARGEST_PASSWORD_BYTES])
def test_a_password_that_cannot_be_used_is_not_repeated(vehicle, content) -> None:
    assert "hunter2" not in refusal(vehicle(content))


def test_a_password_typed_in_the_place_of_its_file_is_not_repeated(vehicle) -> None:
    said = refusal(vehicle(username="car", password_file="hunter2"))
    assert "hunter2" not in said
    assert "vehicle.password_file" in said


def test_each_certificate_must_be_readable(vehicle, tmp_path) -> None:
    names = ("tls_ca", "tls_certificate", "tls_key")
    paths = {name: tmp_path / f"{name}.pem" for name in names}
    settings = {name: str(path) for name, path in paths.items()}
    for name, path in paths.items():
        said = refusal(vehicle(**settings))
        assert f"vehicle.{name}" in said
        path.write_text("PEM")
    tls = broker_address(vehicle(**settings)).tls
    assert tls is not None
    assert (paths["tls_ca"], paths["tls_certificate"], paths["tls_key"]) == (tls.ca, tls.certificate, tls.key)
