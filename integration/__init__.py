"""The way to the vehicle and back: wire contract, links, development broker, simulated vehicle."""
