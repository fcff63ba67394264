/* SPDX-License-Identifier: GPL-2.0-only */
/* Landlock: what a process lets itself be denied. */
#include <linux/landlock.h>

#include "member.h"
#include "misc.h"

/* The ruleset has grown since: what the caller knows of, it says. */
void print_landlock_ruleset(struct out *o, const struct call *c,
			    unsigned int i, const struct arg *arg)
{
	uint64_t size = c->rec->args[1];
	size_t len = arg_len(c, i);
	const struct klandlock_ruleset *r = call_in(c, i, len);

	(void)arg;
	if (len > size)
		len = size;
	if (!r || len < 8) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '{');
	member_flags(o, "handled_access_fs", &landlock_access_fs, r->fs);
	if (len >= 16)
		member_flags(o, "handled_access_net", &landlock_access_net,
			     r->net);
	if (len >= 24)
		member_flags(o, "scoped", &landlock_scopes, r->scoped);
	if (size > sizeof(*r))
		out_str(o, ", ...");
	out_char(o, '}');
}

void print_landlock_create_flags(struct out *o, const struct call *c,
				 unsigned int i, const struct arg *arg)
{
	(void)arg;
	xlat_flags(o, &landlock_create_flags, (uint32_t)c->rec->args[i]);
}

void print_landlock_rule(struct out *o, const struct call *c, unsigned int i,
			 const struct arg *arg)
{
	const struct klandlock_path *path;
	const uint64_t *port;

	(void)arg;
	switch ((uint32_t)c->rec->args[1]) {
	case LANDLOCK_RULE_PATH_BENEATH:
		path = arg_data(o, c, i, sizeof(*path));
		if (!path)
			break;
		out_char(o, '{');
		member_flags(o, "allowed_access", &landlock_access_fs,
			     path->access);
		member_dec(o, "parent_fd", path->parent_fd);
		out_char(o, '}');
		break;
	case 2:	/* LANDLOCK_RULE_NET_PORT */
		port = arg_data(o, c, i, 2 * sizeof(*port));
		if (!port)
			break;
		out_char(o, '{');
		member_flags(o, "allowed_access", &landlock_access_net,
			     port[0]);
		member_udec(o, "port", port[1]);
		out_char(o, '}');
		break;
	default:
		out_addr(o, c->rec->args[i]);
	}
}
