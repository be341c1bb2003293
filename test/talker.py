"""Connects to a port of loopback. "ask" prints what is in force on the connection, "say" sends a byte and prints what
comes back."""
import json
import socket
import sys

connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print("ready", flush=True)
for line in sys.stdin:
    if line == "ask\n":
        of = lambda name: connection.getsockopt(socket.IPPROTO_TCP, name)
        answer = {
            "enable": connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE),
            "idle": of(socket.TCP_KEEPIDLE),
            "interval": of(socket.TCP_KEEPINTVL),
            "count": of(socket.TCP_KEEPCNT),
            "userTimeout": of(socket.TCP_USER_TIMEOUT),
        }
        print(json.dumps(answer), flush=True)
    else:
        connection.sendall(b"x")
        print(connection.recv(1).decode(), flush=True)
