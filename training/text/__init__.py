"""Nano: a small Llama-architecture model that writes the catalogue's decisions, trained from scratch."""
