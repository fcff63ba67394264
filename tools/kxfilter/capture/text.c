// SPDX-License-Identifier: GPL-2.0-only
/* What kxfilter capture says of a packet: a line, an object, a comment. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "../text.h"
#include "capture.h"

static const char *const reasons[KXF_REASONS] = {
	[KXF_BY_RULE] = "rule", [KXF_BY_DEFAULT] = "default", [KXF_BY_FORM] = "malformed",
	[KXF_BY_CONNECTIONS] = "no room for its connection",
	[KXF_BY_TRANSLATION] = "cannot be translated",
};

void capture_comment(const struct caught_packet *packet, const char *id, char out[COMMENT_TEXT])
{
	const struct kxf_caught *head = &packet->head;

	snprintf(out, COMMENT_TEXT, "verdict=%s rule=%s reason=%s%s",
		 verdict_name(head->packet.verdict), id, reasons[head->reason],
		 head->packet.monitor ? " (only reported)" : "");
}

static void put_json(struct capture *capture, const struct kxf_caught *head, uint64_t time_ns,
		     const char *id, const char *packet)
{
	out_text(&capture->lines, "{\"time_ns\":%" PRIu64 ",\"direction\":\"%s\",\"hook\":\"%s\","
		 "\"verdict\":\"%s\",\"rule\":\"%s\",\"reason\":\"%s\",\"monitor\":%s,"
		 "\"packet\":\"%s\",\"bytes\":%u,\"captured\":%u,\"mark\":%u}\n", time_ns,
		 head->packet.way == KXF_OUT ? "out" : "in", head->at_xdp ? "xdp" : "tc",
		 verdict_name(head->packet.verdict), id, reasons[head->reason],
		 head->packet.monitor ? "true" : "false", packet, head->packet.bytes,
		 head->captured, head->packet.mark);
}

void capture_line(struct capture *capture, const struct caught_packet *packet, uint64_t time_ns,
		  const char *id)
{
	const struct kxf_caught *head = &packet->head;
	time_t seconds = time_ns / 1000000000;
	struct packet_words words;
	char text[PACKET_TEXT], clock[16];
	struct tm tm;

	record_words(&head->packet, &words);
	packet_text(&words, text);
	if (capture->wish->json) {
		put_json(capture, head, time_ns, id, text);
		return;
	}
	localtime_r(&seconds, &tm);
	strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	out_text(&capture->lines, "%s.%06" PRIu64 " %-3s %-8s %-20s %s, %u bytes%s%s%s%s\n", clock,
		 time_ns / 1000 % 1000000, head->packet.way == KXF_OUT ? "out" : "in",
		 verdict_name(head->packet.verdict), id, text, head->packet.bytes,
		 head->reason > KXF_BY_DEFAULT ? " (" : "",
		 head->reason > KXF_BY_DEFAULT ? reasons[head->reason] : "",
		 head->reason > KXF_BY_DEFAULT ? ")" : "",
		 head->packet.monitor ? " (only reported)" : "");
}

void capture_filter_text(const struct wish *wish, char *out, size_t len)
{
	size_t at = snprintf(out, len, "verdict");

	for (int i = KXF_PASS; i <= KXF_REDIRECT && at < len; i++)
		if (wish->verdicts >> i & 1)
			at += snprintf(out + at, len - at, " %s", verdict_name(i));
	if (wish->rule && at < len)
		snprintf(out + at, len - at, ", rule %s", wish->rule);
}
