"""The Textual screens: app, pump, widgets, keys."""
