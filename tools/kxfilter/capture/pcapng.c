// SPDX-License-Identifier: GPL-2.0-only
/* Blocks of pcapng: draft-ietf-opsawg-pcapng. In the byte order of this machine. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <kx/kx.h>

#include "pcapng.h"

enum block {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6,
};

enum option {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_SECTION_OS = 3,
	OPTION_SECTION_PROGRAM = 4,
	OPTION_INTERFACE_NAME = 2,
	OPTION_INTERFACE_TEXT = 3,
	OPTION_INTERFACE_RESOLUTION = 9,
	OPTION_INTERFACE_FILTER = 11,
	OPTION_PACKET_FLAGS = 2,
	OPTION_PACKET_LOST = 4,
	OPTION_PACKET_VERDICT = 7,
	OPTION_STATISTICS_BEGIN = 2,
	OPTION_STATISTICS_END = 3,
	OPTION_STATISTICS_SEEN = 4,
	OPTION_STATISTICS_WANTED = 6,
	OPTION_STATISTICS_LOST = 7,
	OPTION_STATISTICS_WRITTEN = 8,
};

#define LINK_ETHERNET	1
#define NANOSECONDS	9

/* Begin a block: where it is, for its end. */
static size_t begin(struct out *out, enum block type)
{
	const uint32_t head[] = { type, 0 };
	size_t at = out->len;

	out_put(out, head, sizeof(head));
	return at;
}

/* The length is at both ends. */
static void end(struct out *out, size_t at)
{
	uint32_t len = out->len - at + sizeof(len);

	out_put(out, &len, sizeof(len));
	if (!out->err)
		memcpy(out->buf + at + sizeof(uint32_t), &len, sizeof(len));
}

static void pad(struct out *out, size_t len)
{
	out_put(out, "\0\0\0", -len & 3);
}

static void option(struct out *out, enum option which, const void *bytes, size_t len)
{
	const uint16_t head[] = { which, len };

	out_put(out, head, sizeof(head));
	out_put(out, bytes, len);
	pad(out, len);
}

static void option_text(struct out *out, enum option which, const char *text)
{
	option(out, which, text, strlen(text));
}

static void option_number(struct out *out, enum option which, uint64_t value)
{
	option(out, which, &value, sizeof(value));
}

/* Times are two halves, the upper one first. */
static void option_time(struct out *out, enum option which, uint64_t ns)
{
	const uint32_t halves[] = { ns >> 32, ns };

	option(out, which, halves, sizeof(halves));
}

static void begin_section(struct out *out)
{
	const struct { uint32_t magic; uint16_t major, minor; int64_t len; } head = {
		0x1a2b3c4d, 1, 0, -1,
	};
	size_t at = begin(out, BLOCK_SECTION);
	struct utsname system;
	char text[256];

	out_put(out, &head, sizeof(head));
	if (!uname(&system)) {
		snprintf(text, sizeof(text), "%.60s %.60s %.60s", system.sysname, system.release,
			 system.machine);
		option_text(out, OPTION_SECTION_OS, text);
	}
	snprintf(text, sizeof(text), "kxfilter %s", kx_version());
	option_text(out, OPTION_SECTION_PROGRAM, text);
	option(out, OPTION_END, NULL, 0);
	end(out, at);
}

static void begin_interface(struct out *out, const struct pcapng_interface *of, const char *way)
{
	const struct { uint16_t link, unused; uint32_t snap; } head = {
		LINK_ETHERNET, 0, of->snap,
	};
	size_t at = begin(out, BLOCK_INTERFACE);
	/* 0: in words of the program that wrote it. */
	char text[256] = "";

	out_put(out, &head, sizeof(head));
	option_text(out, OPTION_INTERFACE_NAME, of->device);
	snprintf(text, sizeof(text), "kxfilter, packets that %s, at %s", way, of->hook);
	option_text(out, OPTION_INTERFACE_TEXT, text);
	option(out, OPTION_INTERFACE_RESOLUTION, &(uint8_t){ NANOSECONDS }, 1);
	text[0] = 0;
	snprintf(text + 1, sizeof(text) - 1, "%s", of->filter);
	option(out, OPTION_INTERFACE_FILTER, text, 1 + strlen(text + 1));
	option(out, OPTION_END, NULL, 0);
	end(out, at);
}

void pcapng_begin(struct out *out, const struct pcapng_interface of[KXF_WAYS])
{
	begin_section(out);
	begin_interface(out, &of[KXF_IN], "come in");
	begin_interface(out, &of[KXF_OUT], "go out");
}

/*
 * What the program has answered: of tc or XDP, as the kernel numbers it. A rejected packet is
 * dropped, whatever is sent instead.
 */
static void put_verdict(struct out *out, const struct kxf_caught *head)
{
	static const int64_t at_tc[] = {
		[KXF_PASS] = -1, [KXF_DROP] = 2, [KXF_REJECT] = 2, [KXF_REDIRECT] = 7,
	};
	static const int64_t at_xdp[] = {
		[KXF_PASS] = 2, [KXF_DROP] = 1, [KXF_REJECT] = 1, [KXF_REDIRECT] = 4,
	};
	unsigned int verdict = head->packet.monitor ? KXF_PASS : head->packet.verdict;
	struct { uint8_t type; int64_t verdict; } __attribute__((packed)) value = {
		head->at_xdp ? 2 : 1, (head->at_xdp ? at_xdp : at_tc)[verdict],
	};

	option(out, OPTION_PACKET_VERDICT, &value, sizeof(value));
}

/* With the tag again that the device has taken off. Return: bytes that were added. */
static size_t put_bytes(struct out *out, const struct caught_packet *packet)
{
	const struct kxf_caught *head = &packet->head;
	const uint16_t tag[] = { htons(head->tag_type), htons(head->tag) };
	size_t macs = 12;

	if (!head->tag_type || head->captured < macs) {
		out_put(out, packet->bytes, head->captured);
		return 0;
	}
	out_put(out, packet->bytes, macs);
	out_put(out, tag, sizeof(tag));
	out_put(out, packet->bytes + macs, head->captured - macs);
	return sizeof(tag);
}

void pcapng_packet(struct out *out, const struct caught_packet *packet, uint64_t time_ns,
		   const char *comment)
{
	const struct kxf_caught *head = &packet->head;
	struct { uint32_t interface, high, low, captured, bytes; } packed = {
		head->packet.way, time_ns >> 32, time_ns, head->captured, head->packet.bytes,
	};
	uint32_t flags = head->packet.way == KXF_OUT ? 2 : 1;
	size_t at = begin(out, BLOCK_PACKET), added;
	size_t place = out->len;

	out_put(out, &packed, sizeof(packed));
	added = put_bytes(out, packet);
	packed.captured += added;
	packed.bytes += added;
	if (!out->err)
		memcpy(out->buf + place, &packed, sizeof(packed));
	pad(out, packed.captured);
	option_text(out, OPTION_COMMENT, comment);
	option(out, OPTION_PACKET_FLAGS, &flags, sizeof(flags));
	if (packet->lost)
		option_number(out, OPTION_PACKET_LOST, packet->lost);
	put_verdict(out, head);
	option(out, OPTION_END, NULL, 0);
	end(out, at);
}

void pcapng_end(struct out *out, const struct pcapng_sums *of)
{
	for (uint32_t way = 0; way < KXF_WAYS; way++) {
		const struct pcapng_sums *sums = &of[way];
		const uint32_t head[] = { way, sums->end_ns >> 32, sums->end_ns };
		size_t at = begin(out, BLOCK_STATISTICS);

		out_put(out, head, sizeof(head));
		option_time(out, OPTION_STATISTICS_BEGIN, sums->begin_ns);
		option_time(out, OPTION_STATISTICS_END, sums->end_ns);
		option_number(out, OPTION_STATISTICS_SEEN, sums->seen);
		option_number(out, OPTION_STATISTICS_WANTED, sums->captured);
		option_number(out, OPTION_STATISTICS_LOST, sums->lost);
		option_number(out, OPTION_STATISTICS_WRITTEN, sums->written);
		option(out, OPTION_END, NULL, 0);
		end(out, at);
	}
}

uint64_t pcapng_whole(const void *bytes, size_t len, size_t *whole)
{
	uint64_t nr = 0;
	size_t at = 0;

	while (len - at >= 8) {
		uint32_t head[2];

		memcpy(head, (const char *)bytes + at, sizeof(head));
		if (head[1] < 12 || head[1] > len - at)
			break;
		nr += head[0] == BLOCK_PACKET;
		at += head[1];
	}
	*whole = at;
	return nr;
}
