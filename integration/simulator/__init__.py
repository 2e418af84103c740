"""A simulated vehicle: every subsystem of the catalogue, motion and driver camera on one bus, with faults to inject."""

from integration.simulator.drive import DRIVES, Drive
from integration.simulator.faults import Fault, Faults
from integration.simulator.vehicle import SimulatedVehicle, run_simulator

__all__ = ["DRIVES", "Drive", "Fault", "Faults", "SimulatedVehicle", "run_simulator"]
