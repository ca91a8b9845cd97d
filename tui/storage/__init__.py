"""Settings file, journal, results index, and where they lie."""
