"""Sound: where it comes from, how it is kept, and where speech begins and ends."""
