"""A line server with a manner: steady, garbler, mute, faller, stillborn or sleeper."""

import contextlib
import os
import socket
import sys
import time

manner = sys.argv[1]
if manner == "stillborn":
    print("cannot read /etc/stillborn.conf", flush=True)
    sys.exit(3)
if manner == "sleeper":
    print("waiting for a licence server", flush=True)
    time.sleep(60)
listener = socket.create_server(("127.0.0.1", int(os.environ["INTEROP_PORT_ECHO"])))
print("serving", flush=True)
while True:
    connection, _ = listener.accept()
    with contextlib.suppress(ConnectionError):  # a client may leave at any time
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"ready\n")
            stream.flush()
            line = stream.readline()
            if not line:
                continue
            print("got", line[:40], flush=True)
            word, _, text = line.decode().rstrip("\n").partition(" ")
            if manner == "mute" and len(text) > 1000:
                stream.readline()
            if manner == "faller" and len(text) > 1000:
                os._exit(7)
            if manner == "garbler" and len(text) > 1000:
                text = text[:1000]
            stream.write((text.upper() if word == "SHOUT" else text).encode() + b"\n")
            stream.flush()
