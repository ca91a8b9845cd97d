"""The procedural painter: a prompt, a seed and some numbers become a picture. No model, and it says so."""
