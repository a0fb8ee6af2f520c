#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes in what the tunnels carry and answers every block with a short one.

    tests/e2e/sink.py PORT              listens on all addresses
    tests/e2e/sink.py PORT HOST BYTES   sends that many bytes and waits for the answers

What is sent are random bytes, as of a compressed file, and the same in every run.
"""

import random
import socket
import sys
import threading
import time

CONNECTIONS = 4  # one after the other, at most
BLOCK = 512
ANSWER = 128


def some_bytes(n, seed):
    return random.Random(seed).randbytes(n)


def serve(connection):
    n = 0
    with connection:
        while True:
            data = connection.recv(65536)
            if not data:
                return
            n += len(data)
            while n >= BLOCK:
                connection.sendall(some_bytes(ANSWER, n))
                n -= BLOCK


def listen(port):
    with socket.create_server(("", port)) as s:
        while True:
            threading.Thread(target=serve, args=(s.accept()[0],), daemon=True).start()


def send_blocks(s, first, last):
    """Blocks @first to @last - 1, each with its answer; how many went through."""
    for i in range(first, last):
        try:
            s.sendall(some_bytes(BLOCK, i))
            got = 0
            while got < ANSWER:
                part = s.recv(ANSWER - got)
                if not part:
                    return i - first
                got += len(part)
        except ConnectionError:
            return i - first
    return last - first


def send(port, host, n):
    """A tunnel may break a connection; what is left then goes through another one."""
    done = 0
    for _ in range(CONNECTIONS):
        with socket.create_connection((host, port), timeout=60) as s:
            s.settimeout(60)
            done += send_blocks(s, done, n // BLOCK)
        if done == n // BLOCK:
            return
        time.sleep(1)
    sys.exit(f"the tunnel was closed {CONNECTIONS} times; {done} blocks went through")


def main(argv):
    if len(argv) == 2:
        listen(int(argv[1]))
    else:
        send(int(argv[1]), argv[2], int(argv[3]))


if __name__ == "__main__":
    main(sys.argv)
