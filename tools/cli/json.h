/* SPDX-License-Identifier: GPL-2.0-only */
/* The JSON that the verbs print: one object per line. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Where a writer stands; zeros are the beginning. Values go to stdout at once;
 * the line ends when the last bracket closes. @key is NULL within arrays and for
 * the outermost value.
 */
struct json {
	unsigned int depth;
	char closing[16];	/* by depth: the bracket that is open */
	bool more;		/* a comma is due */
};

/* Text as a JSON string, quotes included, on stdout. */
void json_string(const char *text);

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
void json_close(struct json *json);

void json_text(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);
void json_bool(struct json *json, const char *key, bool value);
/* @value is JSON already. */
void json_raw(struct json *json, const char *key, const char *value);
void json_null(struct json *json, const char *key);

/* @places after the point. */
void json_real(struct json *json, const char *key, double value, int places);

#endif
