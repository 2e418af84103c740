import pytest

from integration.topics import BY_PAYLOAD, TOPICS, Direction, find

# The wire contract's own table: topic, direction, QoS, retain.
CONTRACT = [
    ("v/command/climate/set_temperature", "command", "out", 1, False),
    ("v/ack/climate", "ack", "in", 1, False),
    ("v/state/climate", "state", "in", 1, True),
    ("v/motion", "motion", "in", 0, False),
    ("v/driver/sample", "driver_sample", "in", 0, False),
    ("v/driver/alert", "driver_alert", "out", 1, True),
    ("v/driver/state", "driver_state", "out", 1, True),
    ("v/assistant/status", "assistant_status", "out", 1, True),
    ("v/assistant/turn", "assistant_turn", "out", 0, False),
    ("v/assistant/listen", "assistant_listen", "in", 1, False),
    ("v/assistant/say", "assistant_say", "in", 1, False),
]


@pytest.mark.parametrize(("path", "name", "direction", "qos", "retain"), CONTRACT)
def test_each_topic_of_the_contract_has_its_row(path: str, name: str, direction: str, qos: int, retain: bool) -> None:
    found = find("v", path)

    assert found is not None
    row, _ = found
    assert (row.name, row.direction, row.qos, row.retain) == (name, Direction(direction), qos, retain)


def test_the_table_has_nothing_beside_the_contract() -> None:
    assert set(TOPICS) == {name for _, name, *_ in CONTRACT}


def test_fields_are_read_back_from_the_path_they_made() -> None:
    path = TOPICS["command"].path("a/b", domain="navigation", verb_object="find_place")

    assert path == "a/b/command/navigation/find_place"
    assert TOPICS["command"].match("a/b", path) == {"domain": "navigation", "verb_object": "find_place"}
    assert TOPICS["command"].filter("a/b", domain="phone") == "a/b/command/phone/+"


@pytest.mark.parametrize("path", ["v", "v/", "x/motion", "v/motion/", "v/motion/x", "v/state/", "v/state/A",
                                  "vv/motion", "v/command/climate", "v/state/a/b", "v/state/a\n"])  # fmt: skip
def test_other_topics_belong_to_no_row(path: str) -> None:
    assert find("v", path) is None


def test_a_payload_type_has_one_topic() -> None:
    typed = [row for row in TOPICS.values() if row.payload is not None]

    assert len(BY_PAYLOAD) == len(typed)


def test_values_that_age_say_when_they_are_unknown() -> None:
    ageing = {row.name: row.max_age_s for row in TOPICS.values() if row.max_age_s is not None}

    assert ageing == {"state": 30.0, "motion": 1.0, "driver_sample": 1.0, "driver_state": 5.0}
