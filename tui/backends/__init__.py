"""One image or text server per file, behind one contract."""
