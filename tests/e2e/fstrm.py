#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes dnstap from a Unix socket to a Frame Streams file, as resolvers send it.

    tests/e2e/fstrm.py SOCKET FILE

The sender says READY, is told ACCEPT, then START, data frames, STOP, and is told FINISH; the file
keeps START, the data and STOP.
"""

import contextlib
import os
import signal
import socket
import struct
import sys

ACCEPT, START, STOP, READY, FINISH = 1, 2, 3, 4, 5
CONTENT_TYPE = b"protobuf:dnstap.Dnstap"


def control(kind, with_type):
    body = struct.pack(">I", kind)
    if with_type:
        body += struct.pack(">II", 1, len(CONTENT_TYPE)) + CONTENT_TYPE
    return struct.pack(">II", 0, len(body)) + body


def read_frames(stream):
    """(True, control type) or (False, data), until the stream ends."""
    while True:
        head = stream.read(4)
        if len(head) < 4:
            return
        (n,) = struct.unpack(">I", head)
        if n > 0:
            yield False, stream.read(n)
            continue
        (n,) = struct.unpack(">I", stream.read(4))
        yield True, struct.unpack(">I", stream.read(n)[:4])[0]


def receive(connection, out):
    stream = connection.makefile("rb")
    for is_control, what in read_frames(stream):
        if not is_control:
            out.write(struct.pack(">I", len(what)) + what)
            out.flush()
        elif what == READY:
            connection.sendall(control(ACCEPT, True))
        elif what == STOP:
            connection.sendall(control(FINISH, False))


def end(*_):
    sys.exit(0)


def main(argv):
    signal.signal(signal.SIGTERM, end)
    with socket.socket(socket.AF_UNIX) as listener, open(argv[2], "wb") as out:
        listener.bind(argv[1])
        os.chmod(argv[1], 0o777)
        listener.listen()
        out.write(control(START, True))
        try:
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(ConnectionError):
                    receive(connection, out)
        finally:
            out.write(control(STOP, False))


if __name__ == "__main__":
    main(sys.argv)
