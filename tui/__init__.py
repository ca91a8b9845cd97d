"""Latentui: a keyboard-driven terminal studio for local image generation."""

__version__ = "0.1.0"
