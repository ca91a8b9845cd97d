"""The nodes that hold one value."""

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result


@node("PrimitiveInt", "PrimitiveFloat", "PrimitiveString", "PrimitiveStringMultiline", "PrimitiveBoolean")
def primitive(_context: NodeContext, value: object) -> NodeResult:
    """The value itself."""
    return result(value)
