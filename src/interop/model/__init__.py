"""The words of the project as frozen values: what is loaded, planned, run, judged and reported.

Nothing here reads a file, a clock or the environment.
"""
