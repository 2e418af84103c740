"""Weights: those shipped with the package, those a user has installed, and the proof that they are what they claim."""
