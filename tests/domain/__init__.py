"""Laws of the domain."""
