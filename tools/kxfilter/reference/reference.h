/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to become of a packet, found in the plainest way: its bytes are read from the
 * first to the last, and its rules are gone through one by one. Nothing of this is
 * shared with the compiler or with the kernel half, which are measured by it.
 */
#ifndef KXFILTER_REFERENCE_H
#define KXFILTER_REFERENCE_H

#include "../rules.h"

/**
 * struct reference_packet - a packet, and how it came
 * @bytes: the frame, from its Ethernet header on
 * @len: of @bytes
 * @has_tag: at tc: the kernel has taken off the outermost tag:
 * @vlan: of that tag
 * @mark: at tc; 0 at XDP
 */
struct reference_packet {
	const uint8_t *bytes;
	size_t len;
	bool has_tag;
	uint16_t vlan;
	uint32_t mark;
};

/**
 * struct reference_rule - what a rule remembers from packet to packet
 * @matches: packets that matched, for "every"
 * @due_ns: of the limit
 * @taken: packets that it took
 */
struct reference_rule {
	uint64_t matches;
	uint64_t due_ns;
	uint64_t taken;
};

/* From first to last, of IPv4 or of IPv6. */
struct reference_element {
	struct number first;
	struct number last;
	bool is_ip4;
	uint64_t expires_ns;	/* 0: never */
};

/* What is in a live set beside what the text says. */
struct reference_live {
	struct reference_element *rows;
	size_t nr;
	size_t room;
};

/**
 * struct reference_world - what a verdict depends on beside rules and packet
 * @seed: of hashes
 * @now_ns: time
 * @random: of 32 bits
 * @rules: one for each rule, of all directions
 * @buckets: limits per source: KXF_BUCKETS pairs of who and when the next one is due
 * @answer_due_ns: of the limit of all answers
 * @live: one for each live set
 */
struct reference_world {
	uint64_t seed;
	uint64_t now_ns;
	uint32_t random;
	struct reference_rule *rules;
	uint64_t (*buckets)[2];
	uint64_t answer_due_ns;
	struct reference_live *live;
};

#define REFERENCE_BUCKETS	65536

/* live.c. An address or prefix that is there gets the new time. */
bool reference_is_live(const struct rules *rules, const struct reference_world *world, int set,
		       struct number address);
void reference_put(struct reference_live *live, const struct reference_element *element);
void reference_remove(struct reference_live *live, struct number first, struct number last);
void reference_add(const struct rule *rule, struct reference_world *world,
		   const struct packet_fields *fields);

/**
 * struct reference_result - what became of it
 * @verdict: VERDICT_PASS, VERDICT_DROP, VERDICT_REJECT or VERDICT_REDIRECT
 * @rule: number in struct rules; -1: none, it was the fallback, or malformed
 * @mark: as it is afterwards
 * @ttl: that it is given; -1: none
 * @dscp: that it is given; -1: none
 */
struct reference_result {
	enum verdict verdict;
	long rule;
	uint32_t mark;
	int ttl;
	int dscp;
};

/**
 * struct reference_answer - what goes back for a packet that is rejected
 * @len: of @bytes; 0: nothing
 * @is_limited: for there were too many before; else: to such a packet never
 * @bytes: the frame
 */
struct reference_answer {
	size_t len;
	bool is_limited;
	uint8_t bytes[1536];
};

void reference_answer(const struct reference_packet *packet, const struct packet_fields *fields,
		      enum reject reject, struct reference_world *world,
		      struct reference_answer *out);

uint64_t scramble(uint64_t value);

/* Gives a packet that passes what its result says. @bytes: all of the frame. */
void reference_rewrite(const struct packet_fields *fields, const struct reference_result *result,
		       uint8_t *bytes);

void reference_read(const struct reference_packet *packet, struct packet_fields *out);
void reference_decide(const struct rules *rules, enum direction direction,
		      const struct packet_fields *fields, struct reference_world *world,
		      struct reference_result *out);

#endif
