"""To be described by its contents."""
