#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Stands before the tunnel servers: the same question of several resolvers reaches them once.

    tests/e2e/front.py ADDRESS FOLDS DOMAIN=PORT [DOMAIN=PORT...]

A tunnel server takes a second copy of a question for a repetition and answers it otherwise. So the
first copy is passed on to the server at 127.0.0.1:PORT, the others wait for its answer, and late
ones get it from memory. Answers keep all their bytes but the message id.

Resolvers at the addresses FOLDS (with commas between) send all names in lower case, in which a
tunnel means something else: their questions only ever wait for those of the others.
"""

import selectors
import socket
import sys

KEEP = 4096  # answers that are remembered
HEADER = 12


def question_of(message):
    """Name, type and class as sent, as the key of a question; None: there is none."""
    at = HEADER
    while at < len(message) and message[at] != 0:
        if message[at] > 63:
            return None
        at += message[at] + 1
    end = at + 5
    return bytes(message[HEADER:end]) if end <= len(message) else None


def text_of(question):
    labels, at = [], 0
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("latin-1").lower())
        at += question[at] + 1
    return ".".join(labels)


class Front:
    """The listening socket, one socket a server, and who waits for what."""

    def __init__(self, address, folds, servers):
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.listener.bind((address, 53))
        self.folds = folds
        self.servers = []
        for domain, port in servers:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.connect(("127.0.0.1", port))
            self.servers.append((domain, s))
        self.waiting = {}  # question: [(client, id, question as that client sent it)]
        self.early = {}  # folded question: the same, of those that fold
        self.exact = {}  # folded question: the last one as sent
        self.known = {}  # question: answer

    def reply(self, who, answer):
        client, ident, question = who
        rest = answer[HEADER + len(question) :]
        self.listener.sendto(ident + answer[2:HEADER] + question + rest, client)

    def asked(self):
        message, client = self.listener.recvfrom(65536)
        question = question_of(message)
        if question is None:
            return
        who = (client, message[:2], question)
        folded = question.lower()
        if client[0] in self.folds:
            if folded not in self.exact:
                self.early.setdefault(folded, []).append(who)
                return
            question = self.exact[folded]
        else:
            self.exact[folded] = question
        if question in self.known:
            self.reply(who, self.known[question])
            return
        waiting = self.waiting.setdefault(question, [])
        is_first = not waiting or any(c == client for c, _, _ in waiting)
        waiting += [who, *self.early.pop(folded, ())]
        if is_first:
            self.pass_on(message, text_of(question))

    def pass_on(self, message, name):
        for domain, server in self.servers:
            if name == domain or name.endswith("." + domain):
                server.send(message)

    def answered(self, server):
        try:
            message = server.recv(65536)
        except ConnectionRefusedError:
            return
        question = question_of(message)
        for who in self.waiting.pop(question, ()):
            self.reply(who, message)
        self.known[question] = message
        while len(self.known) > KEEP:
            self.known.pop(next(iter(self.known)))

    def serve(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ, None)
            for _, server in self.servers:
                selector.register(server, selectors.EVENT_READ, server)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        self.asked()
                    else:
                        self.answered(key.data)


def main(argv):
    servers = [(d.lower(), int(p)) for d, p in (arg.split("=") for arg in argv[3:])]
    Front(argv[1], argv[2].split(","), servers).serve()


if __name__ == "__main__":
    main(sys.argv)
