"""What a person should know about a conversion that went through."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownNode:
    """A node whose type this server does not have."""

    node: str
    """Its id in the API graph."""

    title: str
    class_type: str
    pack: str = ""
    """The node pack that brings it, where the file says so: a registry id or "owner/name" on GitHub."""

    @property
    def sentence(self) -> str:
        """It in words."""
        where = f" (from {self.pack})" if self.pack else ""
        kind = f"the type {self.class_type}{where}"
        return f"Node {self.node} “{self.title}” has {kind}, which this server does not have."


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """A link that leads nowhere; its input is left as if unlinked."""

    node: str
    title: str
    input: str

    @property
    def sentence(self) -> str:
        """It in words."""
        return (
            f"The link into “{self.input}” of node {self.node} “{self.title}” leads nowhere and was left out."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableValues:
    """A core node whose values are saved by name, which the page cannot read."""

    node: str
    title: str

    @property
    def sentence(self) -> str:
        """It in words."""
        return f"The values of node {self.node} “{self.title}” are saved in a form that cannot be read."


Note = UnknownNode | BrokenLink | UnreadableValues
