"""The engines in processes of their own: spoken to over pipes, watched, and replaced when they break."""
