"""Driver monitoring: pure functions over time-stamped samples, with no engine and no clock of its own."""
