"""The suite; folders mirror the rooms."""
