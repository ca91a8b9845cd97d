"""Async objects that the studio and the command line talk to."""
