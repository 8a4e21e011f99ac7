"""A suite for pytest-interop: Gopher. The folder of this package is the suite; its peers lie in `peers/`."""
