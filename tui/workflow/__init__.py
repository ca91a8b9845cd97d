"""ComfyUI workflows as values: node definitions, conversion of canvas files, templates and forms.

For the conversion, start at these:

- `formats.parse_workflow(bytes | str | dict)`: a `UiWorkflow` or an API graph, told apart by content;
- `definitions.NodeDefs(object_info)`: what a server declares, read class by class when asked for;
- `convert.convert(ui, defs)`: a `Conversion` with the graph to send and `notes` on what was left out;
- `embed.canvas_for(graph, ui, defs)`: the canvas to embed in the result, with the values that ran.

What cannot be converted raises `tui.domain.errors.WorkflowError`. The rest is the conversion's inside:
`loading` reads the file into the graphs of `graph`, `settling` does what the page does after opening it,
`links` follows links at the moment of sending.
"""
