"""A client that does nothing wrong."""

import socket


class Careful:
    def echo(self, *, host, port, line):
        return self._ask(host, port, f"ECHO {line}")

    def shout(self, *, host, port, line):
        return self._ask(host, port, f"SHOUT {line}")

    def _ask(self, host, port, request):
        with socket.create_connection((host, port)) as connection, connection.makefile("rwb") as stream:
            stream.readline()
            stream.write(request.encode() + b"\n")
            stream.flush()
            return {"text": stream.readline().decode().rstrip("\n")}
