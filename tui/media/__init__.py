"""Pictures as files: safe decoding, metadata, masks."""
