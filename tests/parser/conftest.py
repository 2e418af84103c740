"""How generated examples are run: without a time limit each, because a loaded machine is no failure."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
