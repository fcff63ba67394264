// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of any bytes for kxfilter's reference, which reads them as its kernel half does: nothing
 * beyond their end is read, and what is found in them is possible. The first byte says whether
 * there was a tag beside them. All in one file, so that all of it is instrumented.
 */
#include <stdlib.h>
#include <string.h>

#include "../../tools/kxfilter/fields.c"
#include "../../tools/kxfilter/reference/read.c"
#include "../../tools/kxfilter/reference/rewrite.c"
#include "../../tools/kxfilter/reference/transport.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool has(const struct packet_fields *fields, enum field field)
{
	return fields->of[field].high || fields->of[field].low != field_kinds[field].none;
}

static void check_numbers(const struct packet_fields *fields)
{
	for (int i = 0; i < FIELDS; i++)
		if (field_kinds[i].numbers && has(fields, i))
			check(!fields->of[i].high && fields->of[i].low < field_kinds[i].numbers);
	check(has(fields, FIELD_SOURCE_PORT) == has(fields, FIELD_DESTINATION_PORT));
	if (has(fields, FIELD_SOURCE_PORT) || has(fields, FIELD_ICMP))
		check(fields->of[FIELD_FRAGMENT].low != FRAGMENT_LATER);
	if (has(fields, FIELD_TCP_FLAGS))
		check(has(fields, FIELD_SOURCE_PORT) && fields->of[FIELD_PROTOCOL].low == 6);
	if (has(fields, FIELD_PROTOCOL))
		check(has(fields, FIELD_SOURCE) && has(fields, FIELD_FRAGMENT));
	if (has(fields, FIELD_INNER_VLAN))
		check(has(fields, FIELD_VLAN));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct reference_result result = {
		.verdict = VERDICT_PASS, .ttl = 7, .dscp = 9,
	};
	struct packet_fields fields, again;
	struct reference_packet packet;
	uint8_t *bytes;

	if (!len)
		return 0;
	bytes = malloc(len - 1);
	if (!bytes)
		return 0;
	memcpy(bytes, data + 1, len - 1);
	packet = (struct reference_packet){ .bytes = bytes, .len = len - 1,
					    .has_tag = data[0] & 1, .vlan = data[0] };
	reference_read(&packet, &fields);
	check_numbers(&fields);
	check(packet.len >= 14 || fields.of[FIELD_EXTRAS].low & EXTRA_MALFORMED);
	/* What was rewritten is read as it was, but for what was rewritten. */
	reference_rewrite(&fields, &result, bytes);
	reference_read(&packet, &again);
	if (has(&fields, FIELD_TTL)) {
		check(again.of[FIELD_TTL].low == 7 && again.of[FIELD_DSCP].low == 9);
		fields.of[FIELD_TTL] = again.of[FIELD_TTL];
		fields.of[FIELD_DSCP] = again.of[FIELD_DSCP];
	}
	check(!memcmp(&fields, &again, sizeof(fields)));
	free(bytes);
	return 0;
}
