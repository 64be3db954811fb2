"""The doors: they know the workspace, not one another."""
