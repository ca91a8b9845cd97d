"""An item in the queue of the tests' InvokeAI."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4


@dataclass(slots=True)
class Item:
    """One item of the queue."""

    item_id: int
    graph: dict[str, Any]
    destination: str | None = None
    origin: str | None = None
    status: str = "pending"
    batch_id: str = field(default_factory=lambda: str(uuid4()))
    results: dict[str, str] = field(default_factory=dict)
    error: str = ""
    is_unreadable: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.status in ("completed", "failed", "canceled")

    def shown(self) -> dict[str, Any]:
        """As the server shows it: fields that are null are left out."""
        shown = {
            "item_id": self.item_id,
            "status": self.status,
            "batch_id": self.batch_id,
            "queue_id": "default",
            "origin": self.origin,
            "destination": self.destination,
            "error_type": "Exception" if self.error else None,
            "error_message": self.error or None,
            "session": {
                "graph": self.graph,
                "source_prepared_mapping": {node: [f"prepared-{node}"] for node in self.results},
                "results": {
                    f"prepared-{node}": {"type": "image_output", "image": {"image_name": name}}
                    for node, name in self.results.items()
                },
            },
        }
        return {key: value for key, value in shown.items() if value is not None}
