/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of what kxfilter and nf_conntrack call differently, with the reason of each. */
#ifndef TEST_KXFILTER_STATES_H
#define TEST_KXFILTER_STATES_H

#include "kxfilter_seen.h"

static bool has_odd_urgency(const struct seen *seen)
{
	uint8_t flags = seen->sent->tcp.flags;

	return seen->sent->sort == SORT_TCP && flags & URG && (flags & RST ||
	       (flags & (SYN | ACK)) == (SYN | ACK)) && seen->nf == STATE_INVALID;
}

/* What the other end acknowledged was not the SYN. */
static bool is_challenged(const struct seen *seen)
{
	return seen->life == OPENING && !seen->way && seen->ct->is_answered &&
	       (is_kind(seen, CT_SYN) || is_kind(seen, CT_RST)) &&
	       (says(seen, STATE_NEW, STATE_ESTABLISHED) ||
		(is_kind(seen, CT_RST) && is_silent(seen)));
}

static bool is_fin_to_syn(const struct seen *seen)
{
	return is_kind(seen, CT_FIN) && seen->way && seen->life == OPENING &&
	       says(seen, STATE_ESTABLISHED, STATE_INVALID);
}

static bool is_reset_after_fin(const struct seen *seen)
{
	return is_kind(seen, CT_RST) && !seen->way && seen->life == OPENING &&
	       says(seen, STATE_ESTABLISHED, STATE_NEW) && seen->talk->is_asked &&
	       seen->sent->tcp.seq == seen->talk->asked;
}

/* It does not acknowledge the SYN; once one was taken, it has another number than that. */
static bool is_bad_syn_ack(const struct seen *seen)
{
	const struct tcp *tcp = &seen->sent->tcp;
	const struct talker *own, *other;

	if (!is_kind(seen, CT_SYN_ACK) || !says(seen, STATE_INVALID, STATE_ESTABLISHED) ||
	    (seen->life != OPENING && seen->life != ACCEPTED))
		return false;
	own = &seen->talk->talker[seen->way];
	other = &seen->talk->talker[!seen->way];
	return tcp->ack != other->sent || !seen->way || (other->acked && end_of(tcp) != own->sent);
}

/* To conntrack a connection whose first packet is answered so was none. */
static bool is_refusal(const struct seen *seen)
{
	return is_kind(seen, CT_RST) && !seen->ct->is_answered && is_silent(seen) &&
	       (seen->life == OPENING || seen->life == MIDDLE);
}

static bool is_wrong_reset(const struct seen *seen)
{
	const struct tcp *tcp = &seen->sent->tcp;
	const struct talker *own, *other;

	if (!is_kind(seen, CT_RST) || seen->kx != STATE_INVALID || seen->life == NO_LIFE)
		return false;
	own = &seen->talk->talker[seen->way];
	other = &seen->talk->talker[!seen->way];
	if (seen->life == OPENING && seen->way)
		return !(tcp->flags & ACK) || tcp->ack != other->sent;
	if (seen->life == OPENING)
		return tcp->seq != own->sent && tcp->seq != own->sent - 1 &&
		       !(seen->talk->is_asked && tcp->seq == seen->talk->asked) &&
		       !(seen->ct->is_answered && tcp->seq == seen->ct->last_ack);
	if (!other->acked)
		return tcp->seq != own->sent;
	return ahead(tcp->seq, other->heard) < 0 || ahead(tcp->seq, other->offers) > 0;
}

static bool is_reset_within(const struct seen *seen)
{
	return is_kind(seen, CT_RST) && is_within(seen) && is_silent(seen);
}

/* Conntrack has taken an acknowledgement that is outside of the window to kxfilter. */
static bool is_reset_behind(const struct seen *seen)
{
	const struct ct_side *other = &seen->ct->side[!seen->way];

	return is_kind(seen, CT_RST) && (is_within(seen) || seen->life == MIDDLE) &&
	       says(seen, STATE_ESTABLISHED, STATE_INVALID) &&
	       is_behind(other->ack, seen->talk->talker[!seen->way].heard);
}

static bool is_reset_of_nothing(const struct seen *seen)
{
	return is_kind(seen, CT_RST) && seen->life == OVER && is_silent(seen);
}

static bool is_other_way(const struct seen *seen)
{
	return is_kind(seen, CT_SYN) && seen->way && says(seen, STATE_NEW, STATE_INVALID) &&
	       (seen->life == RESET || seen->life == OVER);
}

static bool is_after_reset(const struct seen *seen)
{
	return is_kind(seen, CT_SYN) && !seen->way && seen->life == RESET &&
	       says(seen, STATE_NEW, STATE_ESTABLISHED);
}

static bool is_syn_ack_after(const struct seen *seen)
{
	return is_kind(seen, CT_SYN_ACK) && (seen->life == RESET || seen->life == OVER) &&
	       says(seen, STATE_INVALID, STATE_ESTABLISHED);
}

static bool is_bad_first_ack(const struct seen *seen)
{
	return (is_kind(seen, CT_ACK) || is_kind(seen, CT_FIN)) && !seen->way &&
	       seen->life == ACCEPTED && says(seen, STATE_INVALID, STATE_ESTABLISHED) &&
	       seen->sent->tcp.ack != seen->talk->talker[1].sent &&
	       !(seen->talk->has_another && seen->sent->tcp.ack == seen->talk->another);
}

static bool is_liberal(const struct seen *seen)
{
	return is_outside(seen) && is_silent(seen) &&
	       ct_is_outside(seen->ct, seen->way, &seen->sent->tcp);
}

/* Data beyond the window, but by less than another one, conntrack takes for sent, and widens it. */
static bool is_ack_of_more(const struct seen *seen)
{
	return is_outside(seen) && is_silent(seen) &&
	       (is_behind(seen->ct->side[!seen->way].end, seen->talk->talker[!seen->way].sent) ||
		seen->ct->side[!seen->way].window > seen->talk->talker[!seen->way].window);
}

/* After that, too, conntrack lets it send as much as it offered itself. */
static bool is_first_answer(const struct seen *seen)
{
	const struct talker *other = seen->talk ? &seen->talk->talker[!seen->way] : NULL;

	if (!is_outside(seen) || !is_silent(seen) || !seen->way)
		return false;
	return (seen->life == MIDDLE && !seen->ct->side[1].window) ||
	       (other->acked && ahead(seen->sent->tcp.seq, other->offers) > 0 &&
		is_behind(seen->ct->side[1].most_end, other->offers));
}

/* Who was picked up has the largest scale to kxfilter, none to conntrack: no SYN here has that. */
static bool is_guessed(const struct seen *seen)
{
	return is_outside(seen) && is_silent(seen) && seen->talk->talker[0].scale == 14 &&
	       seen->talk->talker[1].scale == 14;
}

/* Of two SYN that differ kxfilter goes by the last, conntrack by the one with the higher number. */
static bool has_other_scale(const struct seen *seen)
{
	const struct talker *talker = seen->talk ? seen->talk->talker : NULL;

	if (!is_outside(seen) || !is_silent(seen) || talker[0].scale == 14)
		return false;
	for (int i = 0; i < 2; i++) {
		bool both = talker[0].has_scale && talker[1].has_scale;

		if (seen->ct->side[i].scale != (both ? talker[i].scale : 0))
			return true;
	}
	return false;
}

/* ... which kxfilter remembers when the handshake ends. */
static bool is_fin_before_ack(const struct seen *seen)
{
	if (is_kind(seen, CT_ACK) && is_silent(seen) && !seen->way && seen->life == ACCEPTED)
		return seen->talk->talker[1].fin;
	return is_kind(seen, CT_FIN) && is_silent(seen) &&
	       ((seen->way && seen->life == ACCEPTED) || (!seen->way && seen->life == MIDDLE));
}

static bool is_simultaneous(const struct seen *seen)
{
	return seen->life == ACCEPTED && seen->ct->is_simultaneous &&
	       (seen->ct->phase == CT_SYN_SENT2 || seen->ct->phase == CT_SYN_RECV) &&
	       seen->kx == STATE_ESTABLISHED && !is_kind(seen, CT_RST) && !is_kind(seen, CT_SYN);
}

static bool is_open_by_syn_ack(const struct seen *seen)
{
	return is_kind(seen, CT_SYN_ACK) && !seen->way && seen->life == ACCEPTED && is_silent(seen);
}

static bool is_syn_of_answerer(const struct seen *seen)
{
	return is_kind(seen, CT_SYN) && seen->way && (is_within(seen) || seen->life == MIDDLE) &&
	       says(seen, STATE_ESTABLISHED, STATE_INVALID);
}

static bool is_syn_ack_of_beginner(const struct seen *seen)
{
	return is_kind(seen, CT_SYN_ACK) && !seen->way && seen->nf == STATE_INVALID &&
	       (seen->kx == STATE_ESTABLISHED ? is_within(seen) : seen->life == MIDDLE);
}

static bool is_fin_again(const struct seen *seen)
{
	return is_kind(seen, CT_FIN) && seen->life == HALF_SHUT && is_silent(seen) &&
	       seen->talk->talker[seen->way].fin;
}

static bool is_fin_that_acks(const struct seen *seen)
{
	return is_kind(seen, CT_FIN) && seen->life == SHUT && is_silent(seen);
}

static bool is_any_last_ack(const struct seen *seen)
{
	return is_kind(seen, CT_ACK) && seen->life == SHUT && is_silent(seen) &&
	       seen->ct->phase == CT_LAST_ACK;
}

static bool is_catching_up(const struct seen *seen)
{
	const struct ct *ct = seen->ct;

	return is_kind(seen, CT_SYN_ACK) && is_silent(seen) && ct->last_kind == CT_SYN &&
	       ct->last_way != seen->way && seen->sent->tcp.ack == ct->last_end &&
	       (is_within(seen) || seen->life == MIDDLE);
}

static bool is_answer_in_the_middle(const struct seen *seen)
{
	return is_kind(seen, CT_SYN_ACK) && seen->life == MIDDLE && seen->way && is_silent(seen);
}

/* The first that is true of a packet is its reason. */
static struct difference {
	const char *reason;
	bool (*is_so)(const struct seen *seen);
	bool moves;		/* from then on they go by other numbers */
	uint64_t packets;	/* whose state was another one */
	uint64_t silent;	/* ... the same, but what they did was another thing */
} differences[] = {
	{ "a wrong checksum: kxfilter does not look at it", has_bad_sum, true },
	{ "a fragment of a packet that is not complete: conntrack keeps it", is_missing },
	{ "a later fragment: conntrack has put all together, they have one state", is_later },
	{ "a query with a code: to conntrack it is another connection", has_code },
	{ "ICMP information and address mask: to conntrack queries, to kxfilter nothing", is_old_query },
	{ "ICMPv6 node information: to conntrack a query, to kxfilter untracked", is_node_information },
	{ "ICMPv6 137 to 142, and for an older kernel 151 to 153: kxfilter does not track them, to conntrack they are invalid", is_other_of_link },
	{ "source quench, redirects, unknown errors of ICMPv6: conntrack takes them", is_other_error },
	{ "an error about a TCP number that is not recent: conntrack does not look at it", is_not_recent },
	{ "URG beside RST or SYN+ACK: conntrack does not allow it", has_odd_urgency },
	{ "after an ACK that does not acknowledge the SYN: to conntrack it was an answer", is_challenged, true },
	{ "a FIN to a SYN: conntrack does not allow it", is_fin_to_syn },
	{ "a reset that answers such a FIN: to conntrack there was no answer", is_reset_after_fin },
	{ "a SYN+ACK that does not acknowledge the SYN, or comes too late to be another one: being liberal conntrack takes it", is_bad_syn_ack, true },
	{ "a reset before an answer: conntrack forgets the connection at once", is_refusal },
	{ "a reset beside the window: being liberal conntrack takes it", is_wrong_reset },
	{ "a reset within the window: which one closes is judged differently", is_reset_within },
	{ "a reset below an acknowledgement that was outside of the window: conntrack has taken that", is_reset_behind },
	{ "a reset when both ends are done: to conntrack the connection is closed by it", is_reset_of_nothing },
	{ "the other end begins a new one: conntrack does not allow it", is_other_way },
	{ "a SYN after a reset of the other end: to conntrack of the old connection", is_after_reset },
	{ "a SYN+ACK after the end of a connection: conntrack lets it pass", is_syn_ack_after },
	{ "a SYN+ACK that is not acknowledged: being liberal conntrack takes any ACK", is_bad_first_ack, true },
	{ "outside of the window: conntrack takes its flags all the same", is_liberal },
	{ "after data beyond the window: by these conntrack widens it", is_ack_of_more },
	{ "outside of the window of what was picked up: its windows are guesses", is_guessed },
	{ "after two SYN with other scales of windows: kxfilter goes by the last", has_other_scale },
	{ "the first answer of what was picked up, beside the window: conntrack takes any", is_first_answer },
	{ "a FIN before the other end has said anything", is_fin_before_ack },
	{ "both have begun: conntrack goes by the order of flags, kxfilter by numbers", is_simultaneous },
	{ "a SYN+ACK of who began that acknowledges the answer: to kxfilter the connection is open", is_open_by_syn_ack, true },
	{ "a SYN within a connection, of who answers: conntrack does not allow it", is_syn_of_answerer },
	{ "a SYN+ACK within a connection, of who began: conntrack does not allow it", is_syn_ack_of_beginner },
	{ "a FIN again: conntrack takes it for the other's", is_fin_again },
	{ "both have sent a FIN, and one that acknowledges the other's comes: conntrack waits for an ACK alone", is_fin_that_acks },
	{ "both have sent a FIN: conntrack takes any ACK for the last", is_any_last_ack },
	{ "SYN and SYN+ACK of another connection within one: conntrack goes over to it", is_catching_up, true },
	{ "a SYN+ACK within a connection that was picked up: to conntrack it is an answer", is_answer_in_the_middle, true },
};

#define DIFFERENCES	(sizeof(differences) / sizeof(*differences))

static struct difference *difference_of(const struct seen *seen)
{
	for (size_t i = 0; i < DIFFERENCES; i++)
		if (differences[i].is_so(seen))
			return &differences[i];
	return NULL;
}

#endif
