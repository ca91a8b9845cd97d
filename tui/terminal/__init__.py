"""Pictures to a terminal: what it can show, encoders, delivery at the pace of the line.

Importing this package imports nothing else. Its public face:

`detect.detect_terminal(setting=None) -> TerminalProfile`
    asks the terminal once, before the Textual application starts; imports neither Textual nor Pillow.
    `LATENTUI_GRAPHICS` or the setting may say kitty, iterm2, sixel, half, quadrant, ascii or none.
`textual_host.attach(app, profile) -> TerminalHost`
    before the application runs: answers that come late are never read as keys, control characters never
    get through a widget, pictures are drawn as the profile says. `host.write` sends notices in order with
    the screen, `host.leave_on_signals` ends the application in order on SIGTERM and SIGHUP.
`picture.Picture`
    the widget: `show`, `preview`, `clear`, `say`, `zoom_in`, `zoom_out`, `zoom_to`, `pan`, `is_busy`.
    Without `attach` it draws with half blocks, as in tests.
`report.describe(profile)`
    what was found, as labels and words.
`notices`
    window title, progress, notification and bell as bytes, by what the terminal knows.

Inside: `choice` and `replies` read answers; `half`, `quadrant`, `ascii`, `sixel`, `kitty` and `iterm2`
encode, called by `rendering` in threads; `pacing` models the line, `ladder` the qualities, `delivery` sends;
`painter` decides for one widget and `surface` shows. What Textual has no public name for is used in `guard`,
`gone`, `sanitize`, `cover`, `strips` and `textual_host` only, each held by a test.
"""
