"""The nouns of image generation; imports nothing of ours."""
