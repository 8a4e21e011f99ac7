"""What was found out, as text: one module a format, each with a pure `render(…)` that returns the text.

Whatever a peer, a file or a driver has a hand in is hostile text: every module escapes it for its own format.
"""
