"""The embedded engine: a small real server that speaks ComfyUI's HTTP and WebSocket."""
