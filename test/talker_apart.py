"""A connection in a network namespace of its own, both ends, one of which has keep-alive on. Prints a line and waits for one."""
import fcntl
import socket
import struct
import sys

# SIOCSIFFLAGS: loopback is down in a new namespace.
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14s", b"lo", 1, b""))
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
accepted, _ = listener.accept()
client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
print("ready", flush=True)
sys.stdin.readline()
