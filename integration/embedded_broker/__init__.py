"""A small MQTT broker inside our own process, for machines without mosquitto: loopback only, nothing kept on disk.

Speaks MQTT 5.0 and 3.1.1 with QoS 0 and 1. Left out on purpose, and announced as such to clients: QoS 2, sessions
that outlive a connection, shared subscriptions, subscription identifiers, topic aliases, authentication.
"""

from integration.embedded_broker.broker import EmbeddedBroker

__all__ = ["EmbeddedBroker"]
