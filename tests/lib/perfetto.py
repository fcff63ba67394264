#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""perfetto.py FILE: a trace of Perfetto, read without its library; says what is in it, as JSON.

Fields by their numbers in perfetto_trace.proto. What is not understood is an error.
"""
import json
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def fields(data):
    """(number, value) of each field; values are numbers or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            size, at = varint(data, at)
            if at + size > len(data):
                raise ValueError("a field leaves its message")
            value, at = data[at:at + size], at + size
        else:
            raise ValueError(f"wire type {key & 7}")
        yield key >> 3, value


def message(data, names):
    """A message as a dictionary; fields that come again are lists."""
    found = {}
    for number, value in fields(data):
        if number not in names:
            raise ValueError(f"field {number} is none of {names}")
        name, inner = names[number]
        if inner is str:
            value = value.decode("utf-8")
        elif inner is not int:
            value = message(value, inner)
        elif not isinstance(value, int):
            raise ValueError(f"{name} is no number")
        found.setdefault(name, []).append(value)
    return found


CLOCK = {1: ("id", int), 2: ("timestamp", int)}
PACKET = {
    6: ("clock_snapshot", {1: ("clocks", CLOCK), 2: ("primary", int)}),
    8: ("timestamp", int),
    10: ("sequence_id", int),
    58: ("clock_id", int),
    11: ("track_event", {
        4: ("annotations", {3: ("number", int), 6: ("text", str), 10: ("name", str)}),
        9: ("type", int), 11: ("track", int), 23: ("name", str)}),
    60: ("track_descriptor", {
        1: ("uuid", int), 5: ("parent", int),
        3: ("process", {1: ("pid", int), 6: ("name", str)}),
        4: ("thread", {1: ("pid", int), 2: ("tid", int), 5: ("name", str)})}),
}


def main():
    with open(sys.argv[1], "rb") as file:
        packets = [message(p, PACKET) for n, p in fields(file.read()) if n == 1]
    tracks, opened, slices, moments, wrong = {}, {}, [], [], []
    # As Perfetto does: a signal within a call is told of before the call is.
    first = packets[0]
    packets.sort(key=lambda packet: packet.get("timestamp", [0])[0])
    for packet in packets:
        if packet.get("sequence_id") != [1]:
            wrong.append("a packet without its sequence")
        for track in packet.get("track_descriptor", []):
            tracks[track["uuid"][0]] = track
            if "parent" in track and track["parent"][0] not in tracks:
                wrong.append("a thread before its process")
        for event in packet.get("track_event", []):
            track, time = event["track"][0], packet["timestamp"][0]
            if track not in tracks:
                wrong.append(f"track {track} is not described")
            if packet["clock_id"] != [3]:
                wrong.append("not the monotonic clock")
            if event["type"][0] == 2:
                name, begin, line = opened.pop(track)
                slices.append({"track": track, "name": name, "ns": time - begin, "line": line})
                continue
            line = [a["text"][0] for a in event.get("annotations", []) if a["name"] == ["line"]]
            if event["type"][0] == 1:
                if track in opened:
                    wrong.append(f"two calls at once on track {track}")
                opened[track] = (event["name"][0], time, line[0])
            else:
                moments.append({"track": track, "name": event["name"][0]})
    if opened:
        wrong.append("calls without an end")
    names = {t["thread"][0]["tid"][0]: t["thread"][0]["name"][0] for t in tracks.values() if "thread" in t}
    print(json.dumps({"wrong": wrong[:5], "clocks": len(first.get("clock_snapshot", [{}])[0].get("clocks", [])),
                      "slices": slices, "moments": moments, "names": names}))


if __name__ == "__main__":
    main()
