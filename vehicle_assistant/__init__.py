"""An offline voice assistant service for cars: a driver speaks, the car acts, nothing leaves the car."""
