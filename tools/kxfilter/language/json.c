// SPDX-License-Identifier: GPL-2.0-only
/* A rule as members of a JSON object. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clauses.h"
#include "print.h"

/* How many bytes are one character of UTF-8; 0: none is. Names of files can be anything. */
static size_t character(const unsigned char *text)
{
	size_t len = text[0] < 0x80 ? 1 : text[0] < 0xc2 ? 0 : text[0] < 0xe0 ? 2 :
		text[0] < 0xf0 ? 3 : text[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* Too long, half of a pair, or beyond the last. */
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
			(text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90))
		return 0;
	return len;
}

static void put_string(FILE *out, const char *text)
{
	fputc('"', out);
	while (*text) {
		size_t len = character((const unsigned char *)text);

		if (!len)
			fputs("\\ufffd", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			fprintf(out, "\\u%04x", *text);
		else
			fwrite(text, 1, len, out);
		text += len ? len : 1;
	}
	fputc('"', out);
}

static int put_match(const struct rules *rules, const struct rule *rule, FILE *out)
{
	const char *comma = "";
	int err = 0;

	fputs(",\"match\":{", out);
	for (unsigned int field = 0; field < FIELDS && !err; field++) {
		char *text = NULL;
		size_t len;
		FILE *values;

		if (!rule_asks(rule, field))
			continue;
		values = open_memstream(&text, &len);
		if (!values)
			return -1;
		err = print_field_values(rules, rule, field, values);
		err |= fclose(values);
		fprintf(out, "%s\"%s\":", comma, field_word(rule, field));
		put_string(out, text ? text : "");
		free(text);
		comma = ",";
	}
	fputc('}', out);
	return err;
}

static void put_share(const struct share *share, FILE *out)
{
	if (share->every)
		fprintf(out, ",\"every\":%" PRIu32 ",\"every_per_cpu\":%s", share->every,
			share->every_per_cpu ? "true" : "false");
	if (share->random)
		fprintf(out, ",\"random\":%.9g", share->random / 4294967296.0);
	if (share->flow)
		fprintf(out, ",\"flow\":%.9g", share->flow / 4294967296.0);
	if (share->limit_ns)
		fprintf(out, ",\"limit_ns\":%" PRIu64 ",\"limit_burst\":%" PRIu64 ",\"limit_per_source\":%s,\"limit_over\":%s",
			share->limit_ns, share->limit_burst, share->limit_per_source ? "true" : "false",
			share->limit_is_above ? "true" : "false");
}

static void put_rewrites(const struct rule *rule, FILE *out)
{
	for (size_t i = 0; i < rule->nr_rewrites; i++) {
		fputs(i ? ",\"" : ",\"rewrite\":[\"", out);
		print_rewrite(&rule->rewrites[i], out);
		fputs(i + 1 < rule->nr_rewrites ? "\"" : "\"]", out);
	}
}

static void put_done(const struct rules *rules, const struct rule *rule, FILE *out)
{
	if (rule->verdict == VERDICT_REJECT)
		fprintf(out, ",\"with\":\"%s\"", reject_words[rule->reject]);
	if (rule->verdict == VERDICT_REDIRECT) {
		fputs(",\"device\":", out);
		put_string(out, rule->device);
		fprintf(out, ",\"ingress\":%s", rule->redirect_ingress ? "true" : "false");
	}
	fprintf(out, ",\"log\":%s", rule->log ? "true" : "false");
	if (rule->log_ns)
		fprintf(out, ",\"log_ns\":%" PRIu64, rule->log_ns);
	if (rule->has_mark)
		fprintf(out, ",\"mark_set\":%" PRIu32 ",\"mark_mask\":%" PRIu32, rule->mark, rule->mark_mask);
	if (rule->add) {
		fputs(",\"add\":\"", out);
		print_add(rules, rule, out);
		fputc('"', out);
	}
	put_rewrites(rule, out);
}

int rule_json(const struct rules *rules, const struct rule *rule, FILE *out)
{
	int err;

	fprintf(out, "\"id\":\"%s\",\"file\":", rule->id);
	put_string(out, rule->file);
	fprintf(out, ",\"line\":%u,\"text\":", rule->line);
	put_string(out, rule->text);
	fprintf(out, ",\"in\":%s,\"out\":%s", rule->directions & DIRECTION_IN ? "true" : "false",
		rule->directions & DIRECTION_OUT ? "true" : "false");
	err = put_match(rules, rule, out);
	put_share(&rule->share, out);
	fprintf(out, ",\"verdict\":\"%s\"", verdict_words[rule->verdict]);
	put_done(rules, rule, out);
	return err;
}
