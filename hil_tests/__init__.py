"""The service on a bench, seen from outside: scenarios, benches and budgets.

What lives here starts the installed service as a driver's car would, speaks to it through its microphone or a wire,
watches the vehicle's bus, and knows nothing of the service's insides. It stays out of the wheel.
"""
