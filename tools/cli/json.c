// SPDX-License-Identifier: GPL-2.0-only
/* The little JSON that the verbs print: one object per line. */
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

void json_string(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	putchar('"');
	while (*at) {
		size_t len = utf8_len(at);

		if (!len)	/* names of processes are any bytes */
			fputs("\\ufffd", stdout);
		else if (*at == '"' || *at == '\\')
			printf("\\%c", *at);
		else if (*at < 0x20 || *at == 0x7f)
			printf("\\u%04x", *at);
		else
			fwrite(at, 1, len, stdout);
		at += len ? len : 1;
	}
	putchar('"');
}

static void begin(struct json *json, const char *key)
{
	if (json->more)
		putchar(',');
	json->more = true;
	if (!key)
		return;
	json_string(key);
	putchar(':');
}

static void open(struct json *json, const char *key, const char *brackets)
{
	begin(json, key);
	putchar(brackets[0]);
	json->closing[json->depth++] = brackets[1];
	json->more = false;
}

void json_object(struct json *json, const char *key)
{
	open(json, key, "{}");
}

void json_array(struct json *json, const char *key)
{
	open(json, key, "[]");
}

void json_close(struct json *json)
{
	putchar(json->closing[--json->depth]);
	json->more = json->depth;
	if (!json->depth)
		putchar('\n');
}

void json_text(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	json_string(value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	printf("%" PRIu64, value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", stdout);
}

void json_raw(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	fputs(value, stdout);
}

void json_null(struct json *json, const char *key)
{
	begin(json, key);
	fputs("null", stdout);
}

void json_real(struct json *json, const char *key, double value, int places)
{
	begin(json, key);
	printf("%.*f", places, value);
}
