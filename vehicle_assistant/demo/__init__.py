"""The main job on this machine, by itself: a driver speaks, the car acts, and the driver is warned."""
