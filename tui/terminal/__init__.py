"""Pictures to a terminal: what it can show, encoders, delivery at the pace of the line.

Importing this package imports nothing else. Its public face:

`detect.detect_terminal(override=None) -> TerminalProfile`
    asks the terminal once, before the Textual application starts; imports no Textual.
`textual_host.attach(app, profile)`
    in the application's `__init__`: pictures, late replies, control characters and a clean exit.
`picture.Picture`
    the widget: `show`, `preview`, `clear`, `say`, `zoom_in`, `zoom_out`, `zoom_to`, `pan`.
`notices`
    window title, progress, notification and bell as bytes.
"""
