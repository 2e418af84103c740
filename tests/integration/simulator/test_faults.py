import pytest

from integration.simulator.faults import Fault, Faults
from intents.errors import SettingsError


def test_faults_are_read_from_words() -> None:
    faults = Faults.parse(["climate=silent", "media=lies"])

    assert faults.active == {"climate": Fault.SILENT, "media": Fault.LIES}
    faults.set("climate", None)
    assert faults.get("climate") is None


@pytest.mark.parametrize(
    "word", ["", "climate", "climate=", "climate=broken", "engine=silent", "=silent", "climate=Silent"]
)
def test_what_is_no_fault_says_what_is(word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Faults.parse([word])

    assert "climate" in caught.value.remedy
    assert "silent" in caught.value.remedy
