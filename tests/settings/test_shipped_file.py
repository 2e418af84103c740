"""The shipped file is the reference: every key, its default, its meaning. It must not drift from the types."""

import re
import tomllib
from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from intents.errors import SettingsError
from vehicle_assistant.audio.endpoint import EndpointSettings
from vehicle_assistant.settings import Settings, load, shipped_file
from vehicle_assistant.settings_sections import EndpointSection, sections


def test_it_loads_as_the_defaults_and_counts_as_default() -> None:
    loaded = load(shipped_file(), {})
    assert Settings() == loaded.settings
    assert {"default"} == set(loaded.origins.values())


def test_it_has_every_key_of_every_section_in_order() -> None:
    content = tomllib.loads(shipped_file().read_text())
    expected = {name: list(kind.model_fields) for name, kind in sections().items()}
    assert expected == {name: list(section) for name, section in content.items()}


def test_every_key_stands_below_its_meaning() -> None:
    blocks = shipped_file().read_text().split("\n\n")
    comments = {}
    for block in blocks:
        lines = block.splitlines()
        if key := re.match(r"(\w+) = ", lines[-1] if lines else ""):
            comments.setdefault(key[1], set()).add(" ".join(line.removeprefix("# ") for line in lines[:-1]))
    for kind in sections().values():
        for name, field in kind.model_fields.items():
            assert field.description is not None
            assert " ".join(field.description.split()) in comments[name]


def test_numbers_say_their_range_in_their_meaning() -> None:
    for section, kind in sections().items():
        for name, field in kind.model_fields.items():
            if field.annotation in {int, float}:
                assert re.search(r"\d+(\.\d+)? to \d+|\d+ \w+ or more", field.description or ""), f"{section}.{name}"


def test_the_pauses_are_the_endpoints_own() -> None:
    assert EndpointSettings() == EndpointSection().pauses()
    assert {row.name for row in fields(EndpointSettings)} == set(EndpointSection.model_fields)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_file_or_refused_in_one_line(tmp_path_factory, content) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(content)
    try:
        load(file, {})
        said = ""
    except SettingsError as refused:
        said = str(refused)
    assert "\n" not in said
