# -*- coding: utf-8 -*-
"""Connects to the platform again and again; the first bytes on a connection make one to the debugger."""
import socket
import sys
import threading
import time

RETRY_SECONDS = 0.2
PIECE = 65536


def pump(source, target):
    try:
        while True:
            data = source.recv(PIECE)
            if not data:
                break
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(outside, first, port):
    try:
        inside = socket.create_connection(('127.0.0.1', port))
        inside.sendall(first)
    except OSError:
        outside.close()
        return
    answering = threading.Thread(target=pump, args=(inside, outside))
    answering.start()
    pump(outside, inside)
    answering.join()
    outside.close()
    inside.close()


def main(port, door):
    host, _, number = door.rpartition(':')
    while True:
        try:
            outside = socket.create_connection((host, int(number)))
            first = outside.recv(PIECE)
        except OSError:
            first = b''
        if first:
            threading.Thread(target=serve, args=(outside, first, port)).start()
        else:
            time.sleep(RETRY_SECONDS)


if __name__ == '__main__':
    main(int(sys.argv[1]), sys.argv[2])
