"""Bytes to and from a server; foreign exceptions become ours here and nowhere else."""
