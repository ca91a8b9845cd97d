"""The places of the program and the sheets that lie over them."""
