"""The platform's side of a Python instance."""
