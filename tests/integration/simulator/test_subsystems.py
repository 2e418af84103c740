"""Every command of every subsystem, carried out without a bus."""

import re

import pytest
from pydantic import BaseModel

from integration.envelope import Motion
from integration.simulator.climate import Climate
from integration.simulator.driver_monitoring import DriverMonitoring
from integration.simulator.media import TITLES, Media
from integration.simulator.navigation import Navigation
from integration.simulator.personal import MAX_KEPT, Personal
from integration.simulator.phone import Phone
from integration.simulator.subsystem import Carried, Refused, Subsystem
from integration.simulator.vehicle_body import VehicleBody
from intents.base import Json
from intents.catalogue import COMMANDS, STATES, command_from
from intents.media import Source

SUBSYSTEMS = {one.domain: one for one in (Climate, Navigation, DriverMonitoring, Media, Phone, VehicleBody, Personal)}
STANDING = Motion(speed_kmh=0, gear="park", ignition="on")
DRIVING = Motion(speed_kmh=90, gear="drive", ignition="on")
SEATS = ("driver", "passenger", "rear_left", "rear_right")

# What is asked, and what the state must then say. Written from the catalogue's page, not from the commands' own claims.
SHOWN = [
    ("climate.set_temperature", {"celsius": 24.0}, {"zones.driver.celsius": 24.0, "zones.passenger.celsius": 21.0}),
    ("climate.set_temperature", {"zone": "rear", "celsius": 16.5},
     {"zones.rear_left.celsius": 16.5, "zones.rear_right.celsius": 16.5, "zones.driver.celsius": 21.0}),
    ("climate.set_temperature", {"zone": "all", "celsius": 30.0}, {f"zones.{seat}.celsius": 30.0 for seat in SEATS}),
    ("climate.change_temperature", {"delta_celsius": -2.0}, {"zones.driver.celsius": 19.0}),
    ("climate.change_temperature", {"zone": "front", "delta_celsius": 0.5},
     {"zones.driver.celsius": 21.5, "zones.passenger.celsius": 21.5}),
    ("climate.set_fan_speed", {"level": 7}, {"zones.driver.fan_level": 7}),
    ("climate.change_fan_speed", {"zone": "all", "delta_level": 2}, {f"zones.{seat}.fan_level": 5 for seat in SEATS}),
    ("climate.set_airflow", {"direction": "feet_windshield"}, {"zones.driver.airflow": "feet_windshield"}),
    ("climate.set_air_conditioning", {"on": True}, {"air_conditioning": True}),
    ("climate.set_auto", {"on": True}, {"auto": True}),
    ("climate.set_recirculation", {"on": True}, {"recirculation": True}),
    ("climate.set_defrost", {"on": True}, {"defrost.front": True, "defrost.rear": False}),
    ("climate.set_defrost", {"window": "all", "on": True}, {"defrost.front": True, "defrost.rear": True}),
    ("climate.set_seat_heating", {"zone": "passenger", "level": 3}, {"zones.passenger.seat_heating": 3}),
    ("climate.set_seat_ventilation", {"level": 1}, {"zones.driver.seat_ventilation": 1}),
    ("climate.set_steering_wheel_heating", {"on": True}, {"steering_wheel_heating": True}),
    ("climate.set_power", {"on": False}, {"power": False}),
    ("climate.query", {"what": "fan_speed"}, {"version": 0}),
    ("navigation.navigate", {"destination": "berlin"}, {"route.destination": "Berlin", "route.requested": "berlin"}),
    ("navigation.navigate", {"destination": "home", "via": ["nuremberg", "gas station"], "avoid": ["tolls", "ferries"],
                             "prefer": "eco"},
     {"route.destination": "Home", "route.via.0": "Nuremberg", "route.avoid": ["ferries", "tolls"],
      "route.prefer": "eco"}),
    ("navigation.find_place", {"query": "coffee shop"}, {"found.0.name": "Bean Street Coffee Shop", "route": None}),
    ("navigation.query_trip", {"what": "distance", "destination": "work"}, {"asked_trip.destination": "Work"}),
    ("navigation.query_traffic", {"where": "london"}, {"version": 1}),
    ("navigation.query_location", {}, {"position.name": "Munich"}),
    ("navigation.set_guidance", {"on": False}, {"guidance_voice": False}),
    ("navigation.save_place", {"name": "grandma"}, {"saved_places": ["home", "work", "grandma"]}),
    ("driver_monitoring.set_alerts", {"on": False}, {"alerts.drowsiness": False, "alerts.distraction": False}),
    ("driver_monitoring.set_alerts", {"alert": "distraction", "on": False},
     {"alerts.drowsiness": True, "alerts.distraction": False}),
    ("driver_monitoring.set_sensitivity", {"level": "high"}, {"sensitivity": "high"}),
    ("driver_monitoring.set_alert_style", {"style": "vibration"}, {"style": "vibration"}),
    ("driver_monitoring.acknowledge", {}, {"acknowledged": 1}),
    ("driver_monitoring.query", {"what": "alertness"}, {"version": 0}),
    ("driver_monitoring.report_fatigue", {"level": "very_tired"},
     {"reported_fatigue": "very_tired", "alertness": "drowsy"}),
    ("media.set_volume", {"percent": 100}, {"volume_percent": 100}),
    ("media.change_volume", {"delta_percent": -20}, {"volume_percent": 20}),
    ("media.set_mute", {"on": True}, {"muted": True}),
    ("media.play", {"query": "miles davis"}, {"playing": True, "now_playing": "miles davis"}),
    ("media.play", {"source": "podcast"}, {"source": "podcast", "now_playing": TITLES[Source.PODCAST][0]}),
    ("media.pause", {}, {"playing": False}),
    ("media.next", {}, {"now_playing": TITLES[Source.RADIO][1]}),
    ("media.previous", {}, {"now_playing": TITLES[Source.RADIO][-1]}),
    ("media.query_now_playing", {}, {"version": 0}),
    ("phone.call", {"contact": "my mom"}, {"call": "active", "contact": "my mom"}),
    ("phone.call", {"contact": "five five five one two"}, {"call": "active"}),
    ("phone.read_messages", {}, {"messages.0.sender": "Anna"}),
    ("phone.send_message", {"contact": "john", "body": "on my way"}, {"sent": 1}),
    ("vehicle.set_window", {"zone": "rear", "percent_open": 40},
     {"windows.rear_left": 40, "windows.rear_right": 40, "windows.driver": 0}),
    ("vehicle.set_sunroof", {"percent_open": 10}, {"sunroof_percent_open": 10}),
    ("vehicle.set_lock", {"locked": False}, {"locked": False}),
    ("vehicle.set_light", {"light": "fog", "on": True}, {"lights.fog": True, "lights.headlights": False}),
    ("vehicle.set_wipers", {"level": "auto"}, {"wipers": "auto"}),
    ("vehicle.open_trunk", {}, {"trunk_open": True}),
    ("vehicle.query", {"what": "range"}, {"version": 0}),
    ("personal.add_note", {"text": "buy milk"}, {"notes": ["buy milk"]}),
    ("personal.read_notes", {}, {"notes": []}),
    ("personal.clear_notes", {}, {"notes": []}),
    ("personal.add_event", {"title": "dentist", "when": "tomorrow"}, {"events.0.title": "dentist"}),
    ("personal.query_events", {"when": "today"}, {"version": 0}),
    ("personal.set_timer", {"duration_s": 90}, {"timers_s": [90]}),
    ("personal.set_alarm", {"when": "seven"}, {"alarms": ["seven"]}),
    ("personal.query_weather", {"where": "oslo", "when": "tomorrow"}, {"version": 1}),
]  # fmt: skip

NEED_A_PAST = {"navigation.add_stop", "navigation.cancel", "navigation.reroute", "phone.answer", "phone.hang_up",
               "personal.delete_event"}  # fmt: skip


def ask(subsystem: Subsystem, intent: str, **slots: Json):
    return subsystem.carry_out(command_from(intent, slots))


@pytest.mark.parametrize(("intent", "slots", "shown"), SHOWN, ids=[row[0] for row in SHOWN])
def test_a_command_shows_in_the_state(intent: str, slots: dict[str, Json], shown: dict[str, Json]) -> None:
    subsystem = SUBSYSTEMS[intent.partition(".")[0]]()

    assert isinstance(ask(subsystem, intent, **slots), Carried)

    assert {path: subsystem.state.at(path) for path in shown} == shown


def test_every_command_that_can_be_sent_is_tested_here() -> None:
    sent = {intent for intent in COMMANDS if not intent.startswith("assistant.")}

    assert {intent for intent, *_ in SHOWN} | NEED_A_PAST == sent
    assert len(sent) == 59


def test_there_is_a_subsystem_for_every_state() -> None:
    assert {domain: type(make().state) for domain, make in SUBSYSTEMS.items()} == dict(STATES)


@pytest.mark.parametrize("domain", SUBSYSTEMS)
def test_a_version_grows_with_a_change_and_with_nothing_else(domain: str) -> None:
    subsystem = SUBSYSTEMS[domain]()
    versions = [subsystem.state.version]
    for intent, slots, _ in SHOWN:
        if intent.startswith(domain + "."):
            before: BaseModel = subsystem.state
            ask(subsystem, intent, **slots)
            changed = before.model_dump(exclude={"version"}) != subsystem.state.model_dump(exclude={"version"})
            assert subsystem.state.version == versions[-1] + changed
            versions.append(subsystem.state.version)


@pytest.mark.parametrize("domain", SUBSYSTEMS)
def test_standing_still_for_a_minute_changes_nothing(domain: str) -> None:
    subsystem = SUBSYSTEMS[domain]()
    before = subsystem.state

    for _ in range(60):
        subsystem.advance(1.0, STANDING)

    assert subsystem.state == before


def test_the_cabin_follows_the_set_point() -> None:
    climate = Climate()
    ask(climate, "climate.set_temperature", celsius=27.0)
    felt = []
    for _ in range(10):
        for _ in range(60):
            climate.advance(1.0, STANDING)
        felt.append(climate.state.zones.driver.cabin_celsius)

    assert felt == sorted(felt)
    assert 23.0 < felt[2] < 26.5
    assert felt[-1] == pytest.approx(27.0, abs=0.5)
    assert climate.state.zones.passenger.cabin_celsius == 21.0


def test_a_cabin_without_climate_follows_the_weather() -> None:
    climate = Climate()
    ask(climate, "climate.set_power", on=False)
    for _ in range(3600):
        climate.advance(1.0, STANDING)

    assert climate.state.zones.driver.cabin_celsius == climate.state.outside_celsius


@pytest.mark.parametrize(
    ("intent", "step", "path", "last"),
    [
        ("climate.change_temperature", {"delta_celsius": 6.0}, "zones.driver.celsius", 30.0),
        ("climate.change_temperature", {"delta_celsius": -6.0}, "zones.driver.celsius", 16.0),
        ("climate.change_fan_speed", {"delta_level": 3}, "zones.driver.fan_level", 7),
        ("climate.change_fan_speed", {"delta_level": -3}, "zones.driver.fan_level", 0),
        ("media.change_volume", {"delta_percent": 50}, "volume_percent", 100),
        ("media.change_volume", {"delta_percent": -50}, "volume_percent", 0),
    ],
)
def test_steps_end_at_the_limit_and_are_refused_there(intent, step, path, last) -> None:
    subsystem = SUBSYSTEMS[intent.partition(".")[0]]()
    results = [ask(subsystem, intent, **step) for _ in range(3)]

    assert subsystem.state.at(path) == last
    assert isinstance(results[0], Carried)
    assert isinstance(results[-1], Refused)
    assert results[-1].reason == "at_limit"


def test_a_step_moves_the_seats_that_can() -> None:
    climate = Climate()
    ask(climate, "climate.set_temperature", celsius=30.0)

    assert isinstance(ask(climate, "climate.change_temperature", zone="front", delta_celsius=1.0), Carried)
    assert climate.state.zones.driver.celsius == 30.0
    assert climate.state.zones.passenger.celsius == 22.0


def test_a_trip_from_start_to_arrival() -> None:
    navigation = Navigation()
    ask(navigation, "navigation.navigate", destination="nuremberg")
    route = navigation.state.route
    assert route is not None
    assert 180 < route.distance_km < 210  # Munich to Nuremberg is 150 km as the crow flies
    assert re.fullmatch(r"[0-2]\d:[0-5]\d", route.arrival_time)
    ask(navigation, "navigation.add_stop", destination="rest stop")
    ask(navigation, "navigation.reroute", avoid=["highways"])
    slower = navigation.state.route
    assert slower is not None
    assert len(slower.via) == 1
    assert slower.avoid == ("highways",)
    assert slower.duration_s > route.duration_s
    assert isinstance(ask(navigation, "navigation.query_trip", what="duration"), Carried)
    assert navigation.state.at("asked_trip.duration_s") == slower.duration_s

    left = [slower.distance_km]
    for _ in range(4 * 3600):
        navigation.advance(1.0, DRIVING)
        if navigation.state.route is None:
            break
        if navigation.state.route.distance_km != left[-1]:
            left.append(navigation.state.route.distance_km)

    assert navigation.state.route is None
    assert left == sorted(left, reverse=True)
    assert navigation.state.position.name == "Nuremberg"


@pytest.mark.parametrize("intent", ["navigation.cancel", "navigation.reroute"])
def test_without_a_route_there_is_none_to_change(intent: str) -> None:
    refused = ask(Navigation(), intent)

    assert isinstance(refused, Refused)
    assert refused.reason == "no_route"


def test_a_cancelled_route_is_gone() -> None:
    navigation = Navigation()
    ask(navigation, "navigation.navigate", destination="work")

    assert isinstance(ask(navigation, "navigation.cancel"), Carried)
    assert navigation.state.route is None


@pytest.mark.parametrize("words", ["xyzzy", "the moon", "qwertz asdf"])
@pytest.mark.parametrize("intent", ["navigation.navigate", "navigation.find_place", "navigation.query_trip"])
def test_places_the_map_does_not_have_are_refused(intent: str, words: str) -> None:
    slots = {"navigation.navigate": {"destination": words}, "navigation.find_place": {"query": words},
             "navigation.query_trip": {"what": "duration", "destination": words}}[intent]  # fmt: skip

    refused = ask(Navigation(), intent, **slots)

    assert isinstance(refused, Refused)
    assert refused.reason in {"destination_unknown", "nothing_found"}


@pytest.mark.parametrize("words", [
    "the airport", "nearest gas station", "12 park avenue", "main street", "starbucks in vienna", "my home",
    "city center", "italian restaurant", "parking garage", "downtown boston", "new york",
])  # fmt: skip
def test_places_people_say_are_on_the_map(words: str) -> None:
    navigation = Navigation()

    assert isinstance(ask(navigation, "navigation.navigate", destination=words), Carried)
    assert navigation.state.route is not None


def test_a_place_in_another_city_is_there() -> None:
    navigation = Navigation()
    ask(navigation, "navigation.navigate", destination="starbucks in vienna")

    assert navigation.state.route is not None
    assert 400 < navigation.state.route.distance_km < 530


def test_a_saved_place_is_where_it_was_saved() -> None:
    navigation = Navigation()
    ask(navigation, "navigation.save_place", name="the cabin")
    ask(navigation, "navigation.navigate", destination="the cabin")

    assert navigation.state.route is not None
    assert navigation.state.route.distance_km == 0.0


def test_selection_orders_what_is_found() -> None:
    names = {}
    for select in ("nearest", "cheapest", "best"):
        navigation = Navigation()
        ask(navigation, "navigation.find_place", query="gas station", select=select)
        names[select] = [place.name for place in navigation.state.found]
        if select == "nearest":
            distances = [place.distance_km for place in navigation.state.found]
            assert distances == sorted(distances)

    assert len({found[0] for found in names.values()}) == 3
    assert len({frozenset(found) for found in names.values()}) == 1


def test_a_search_near_the_destination_is_near_it() -> None:
    navigation = Navigation()
    ask(navigation, "navigation.navigate", destination="berlin")
    ask(navigation, "navigation.find_place", query="parking", near="destination")
    there = navigation.state.found[0].distance_km
    ask(navigation, "navigation.find_place", query="parking", near="here")

    assert there > 500
    assert navigation.state.found[0].distance_km < 20


def test_a_call_from_ringing_to_hanging_up() -> None:
    phone = Phone()
    assert ask(phone, "phone.answer").reason == "no_call"
    assert ask(phone, "phone.hang_up").reason == "no_call"
    phone.ring("Anna")
    assert ask(phone, "phone.call", contact="john").reason == "busy"

    assert isinstance(ask(phone, "phone.answer"), Carried)
    assert (phone.state.call, phone.state.contact) == ("active", "Anna")
    assert isinstance(ask(phone, "phone.hang_up"), Carried)
    assert phone.state.call == "idle"


def test_a_stranger_is_not_called() -> None:
    phone = Phone()

    assert ask(phone, "phone.call", contact="zaphod").reason == "contact_unknown"
    assert ask(phone, "phone.send_message", contact="zaphod", body="hi").reason == "contact_unknown"
    assert ask(phone, "phone.send_message", contact="anna").reason == "body_missing"


def test_the_trunk_stays_shut_while_driving() -> None:
    body = VehicleBody()
    ask(body, "vehicle.open_trunk")
    body.advance(1.0, DRIVING)

    refused = ask(body, "vehicle.open_trunk")

    assert isinstance(refused, Refused)
    assert refused.reason == "vehicle_moving"
    assert body.state.trunk_open is False
    assert body.state.speed_kmh == 90.0


def test_driving_burns_fuel_and_counts_time() -> None:
    body, monitoring = VehicleBody(), DriverMonitoring()
    before = body.state
    for _ in range(3600):
        body.advance(1.0, DRIVING)
        monitoring.advance(1.0, DRIVING)

    assert before.fuel_percent - body.state.fuel_percent == pytest.approx(90 * 62 / 480, abs=1)
    assert body.state.range_km == pytest.approx(before.range_km - 90, abs=20)
    assert monitoring.state.driving_time_s == 3600


def test_events_are_deleted_by_what_is_said_of_them() -> None:
    personal = Personal()
    ask(personal, "personal.add_event", title="dentist", when="tomorrow")
    ask(personal, "personal.add_event", title="football", when="friday")

    assert ask(personal, "personal.delete_event").reason == "event_unclear"
    assert ask(personal, "personal.delete_event", title="opera").reason == "event_unknown"
    assert isinstance(ask(personal, "personal.delete_event", when="friday"), Carried)
    assert [event.title for event in personal.state.events] == ["dentist"]
    assert isinstance(ask(personal, "personal.delete_event"), Carried)
    assert personal.state.events == ()


def test_timers_run_out() -> None:
    personal = Personal()
    ask(personal, "personal.set_timer", duration_s=60)
    ask(personal, "personal.set_timer", duration_s=5)

    personal.advance(4.0, STANDING)
    assert personal.state.timers_s == (60, 5)
    personal.advance(1.0, STANDING)
    assert personal.state.timers_s == (60,)


def test_there_is_an_end_to_what_is_kept() -> None:
    personal = Personal()
    for index in range(MAX_KEPT):
        assert isinstance(ask(personal, "personal.add_note", text=f"note {index} " + "x" * 380), Carried)

    assert ask(personal, "personal.add_note", text="one more").reason == "full"
    assert len(personal.state.model_dump_json()) < 65_536


def test_the_same_question_has_the_same_forecast() -> None:
    first, second = Personal(), Personal()
    for personal in (first, second):
        ask(personal, "personal.query_weather", where="oslo")

    assert first.state.weather == second.state.weather
    assert "oslo" in first.state.weather
