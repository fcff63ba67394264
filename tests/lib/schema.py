#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""schema.py SCHEMA: every line of stdin is an object of the schema; says what is not.

Of JSON Schema as much as docs/schema uses; a word that is not known here is an error.
At the end: one JSON object with how many lines there were of each kind.
"""
import json
import re
import sys

KNOWN = {"$schema", "$id", "$comment", "$defs", "$ref", "title", "description", "type", "const",
         "enum", "properties", "required", "additionalProperties", "items", "anyOf", "oneOf",
         "pattern", "minimum"}
TYPES = {"object": dict, "array": list, "string": str, "null": type(None), "boolean": bool}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Validator:
    def __init__(self, root):
        self.root = root

    def resolve(self, ref):
        node = self.root
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]
        return node

    def wrong(self, value, schema, where=""):
        """None, or what is wrong."""
        if isinstance(schema, bool):
            return None if schema else f"{where}: is not allowed"
        unknown = schema.keys() - KNOWN
        if unknown:
            return f"schema: {unknown} is not understood"
        if "$ref" in schema:
            return self.wrong(value, self.resolve(schema["$ref"]), where)
        if "const" in schema and (value != schema["const"] or type(value) is not type(schema["const"])):
            return f"{where}: {value!r} is not {schema['const']!r}"
        if "enum" in schema and value not in schema["enum"]:
            return f"{where}: {value!r} is none of {schema['enum']}"
        if "type" in schema:
            types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            if not any(is_type(value, t) for t in types):
                return f"{where}: {value!r} is no {types}"
        if "minimum" in schema and is_type(value, "number") and value < schema["minimum"]:
            return f"{where}: {value} is less than {schema['minimum']}"
        if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
            return f"{where}: {value!r} does not match {schema['pattern']}"
        return (self.wrong_members(value, schema, where) or self.wrong_items(value, schema, where)
                or self.wrong_choice(value, schema, where))

    def wrong_members(self, value, schema, where):
        if not isinstance(value, dict):
            return None
        for name in schema.get("required", []):
            if name not in value:
                return f"{where}: {name} is missing"
        properties = schema.get("properties", {})
        for name, member in value.items():
            wrong = self.wrong(member, properties.get(name, schema.get("additionalProperties", True)),
                               f"{where}/{name}")
            if wrong:
                return wrong
        return None

    def wrong_items(self, value, schema, where):
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                wrong = self.wrong(item, schema["items"], f"{where}/{i}")
                if wrong:
                    return wrong
        return None

    def wrong_choice(self, value, schema, where):
        for word, fits in (("anyOf", lambda n: n > 0), ("oneOf", lambda n: n == 1)):
            if word in schema:
                found = [self.wrong(value, s, where) for s in schema[word]]
                if not fits(found.count(None)):
                    return f"{where}: {found.count(None)} forms fit: " + \
                        max((f for f in found if f), key=len, default="")
        return None


def once(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(f"a member is there twice: {[name for name, _ in pairs]}")
    return members


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        validator = Validator(json.load(file))
    kinds, last = {}, None
    for number, line in enumerate(sys.stdin.buffer, 1):
        try:
            value = json.loads(line.decode("utf-8"), object_pairs_hook=once)
            wrong = validator.wrong(value, validator.root)
        except ValueError as error:
            value, wrong = {}, str(error)
        if wrong:
            print(f"line {number}: {wrong[:600]}\n  {line[:600]!r}")
        last = value.get("kind")
        kinds[last] = kinds.get(last, 0) + 1
    print(json.dumps({"kinds": kinds, "last": last}))


if __name__ == "__main__":
    main()
