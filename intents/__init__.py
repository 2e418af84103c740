"""What a driver can ask for: typed commands, how they are said, and their grammar. Pure; no input or output."""
