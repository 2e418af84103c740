"""The wake phrase."""
