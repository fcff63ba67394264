# SPDX-License-Identifier: GPL-2.0-only
"""Sends what a filter rejects, by sockets and as frames, and says what came back."""
import ctypes
import errno
import fcntl
import select
import socket
import struct
import sys
import time


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def outcome(what):
    try:
        return what() or "nothing"
    except socket.timeout:
        return "silence"
    except OSError as e:
        return errno.errorcode[e.errno]


# tcp ADDRESS PORT: how connect() ends.
def tcp(address, port, own="0"):
    s = socket.socket(family_of(address), socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if own != "0":
        s.bind(("", int(own)))
    s.settimeout(5)
    return outcome(lambda: s.connect((address, int(port))) or "open")


# udp ADDRESS PORT BYTES: what the next call on the socket says.
def udp(address, port, size="10"):
    s = socket.socket(family_of(address), socket.SOCK_DGRAM)
    s.settimeout(1)
    s.connect((address, int(port)))
    return outcome(lambda: s.send(bytes(int(size))) and s.recv(10) and "answer")


# each "tcp ADDRESS PORT" ...: one after the other.
def each(*calls):
    return " ".join(globals()[call.split()[0]](*call.split()[1:]) for call in calls)


# serve ADDRESS PORT: takes one connection and all that comes.
def serve(address, port):
    s = socket.socket(family_of(address), socket.SOCK_STREAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((address, int(port)))
    s.listen(8)
    print("listening", flush=True)
    while True:
        c, _ = s.accept()
        while c.recv(1 << 20):
            pass


# stream ADDRESS PORT: sends in large pieces until that fails.
def stream(address, port):
    s = socket.socket(family_of(address), socket.SOCK_STREAM)
    s.settimeout(30)
    s.connect((address, int(port)))
    print("streaming", flush=True)

    def send():
        while True:
            s.sendall(bytes(1 << 20))
    return outcome(send)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(source, destination, protocol, payload, fragment=0):
    head = struct.pack("!2B3H2BH4s4s", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def tcp_head(flags, port=81, seq=1000, ack=2000, options=b""):
    return struct.pack("!2H2I2B3H", 4000, port, seq, ack, (5 + len(options) // 4) << 4, flags, 1024, 0,
                       0) + options


UDP = struct.pack("!4H", 4000, 81, 12, 0) + b"data"
ECHO = struct.pack("!2BHI", 8, 0, 0, 0)
ERROR = struct.pack("!2BHI", 3, 3, 0, 0)
TAG7 = bytes.fromhex("81000007")
TAG9 = bytes.fromhex("88a86009")

# What is sent: tags, source, destination, protocol, payload, fragment.
FRAMES = {
    "syn": (b"", 6, tcp_head(2), 0),
    "syn with data": (b"", 6, tcp_head(2) + b"hello", 0),
    "syn with options": (b"", 6, tcp_head(2, options=bytes([1] * 40)), 0),
    "fin": (b"", 6, tcp_head(1), 0),
    "ack": (b"", 6, tcp_head(16), 0),
    "reset": (b"", 6, tcp_head(4), 0),
    "tagged syn": (TAG7, 6, tcp_head(2), 0),
    "doubly tagged syn": (TAG9 + TAG7, 6, tcp_head(2), 0),
    "doubly tagged udp": (TAG9 + TAG7, 17, UDP, 0),
    "udp": (b"", 17, UDP, 0),
    "echo": (b"", 1, ECHO, 0),
    "error": (b"", 1, ERROR + ip4("10.91.0.2", "10.91.0.1", 17, UDP), 0),
    "first fragment": (b"", 17, UDP + bytes(4), 0x2000),
    "later fragment": (b"", 17, bytes(16), 2),
    "other": (b"", 99, b"what", 0),
}


def describe(frame):
    tags = ""
    at = 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        tags += "tag %d " % (struct.unpack("!H", frame[at + 2:at + 4])[0] & 0xfff)
        at += 4
    ip = frame[at + 2:]
    total = struct.unpack("!H", ip[2:4])[0]
    body = ip[20:total]
    if checksum(ip[:20]):
        return tags + "with a wrong header"
    if ip[9] == 6:
        pseudo = ip[12:20] + struct.pack("!2H", 6, len(body))
        seq, ack, _, flags = struct.unpack("!2I2B", body[4:14])
        right = "" if not checksum(pseudo + body) else " wrong sum"
        return "%stcp flags %d seq %d ack %d%s" % (tags, flags, seq, ack, right)
    right = "" if not checksum(body) else " wrong sum"
    return "%sicmp %d/%d of %d bytes%s" % (tags, body[0], body[1], len(body) - 8, right)


# The accelerated tag that a packet socket tells beside the bytes is put back.
def receive(s):
    frame, extra, _, _ = s.recvmsg(4000, 256)
    for level, kind, data in extra:
        status, _, _, _, _, tci, tpid = struct.unpack("3I4H", data[:20])
        if status & 16:
            frame = frame[:12] + struct.pack("!2H", tpid or 0x8100, tci) + frame[12:]
    return frame


# frames DEVICE NAME...: sends each and tells what comes back, before a mark that comes after it.
def frames(device, *names):
    macs = bytes.fromhex("020000005b02") + bytes.fromhex("020000005b01")
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((device, 3))
    s.setsockopt(263, 8, 1)
    for name in names:
        group = name.startswith("group ")
        tags, protocol, payload, fragment = FRAMES[name[6:] if group else name]
        to = b"\xff" * 6 + macs[6:] if group else macs
        s.send(to + tags + b"\x08\x00" + ip4("10.91.0.1", "10.91.0.2", protocol, payload, fragment))
        # This one is always answered: what was to come before it has come.
        s.send(macs + b"\x08\x00" + ip4("10.91.0.1", "10.91.0.2", 98, b"mark"))
        got = []
        while True:
            if not select.select([s], [], [], 20)[0]:
                got.append("the mark is lost")
                break
            frame = receive(s)
            if frame[6:12] != macs[:6] or b"\x08\x00" not in frame[12:24]:
                continue
            if b"mark" in frame:
                break
            got.append(describe(frame))
        print("%s: %s" % (name, ", ".join(got) or "nothing"))


# flood DEVICE NR: so many datagrams, each from another host with an argument more; the time it took.
def flood(device, nr, spoofed=""):
    macs = bytes.fromhex("020000005b02") + bytes.fromhex("020000005b01")
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    s.bind((device, 0x0800))
    begin = time.monotonic()
    for i in range(int(nr)):
        source = "10.%d.%d.%d" % (100 + (i >> 16), i >> 8 & 255, i & 255) if spoofed else "10.91.0.1"
        s.send(macs + b"\x08\x00" + ip4(source, "10.91.0.2", 17, UDP))
    return "%f" % (time.monotonic() - begin)


def ethtool(device, command, value):
    data = bytearray(struct.pack("II", command, value))
    address = ctypes.addressof((ctypes.c_char * len(data)).from_buffer(data))
    fcntl.ioctl(socket.socket(), 0x8946, struct.pack("16sQ16x", device.encode(), address))


# gro DEVICE: off and on again, so that a veth takes frames in its own NAPI.
def gro(device):
    ethtool(device, 0x2c, 0)
    ethtool(device, 0x2c, 1)


# sums DEVICE: checksums are made before the device: in frames of XDP nobody makes them later.
def sums(device):
    ethtool(device, 0x17, 0)


result = globals()[sys.argv[1]](*sys.argv[2:])
if result:
    print(result)
