/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys and keyrings: keyctl's operation decides about its arguments. */
#include <linux/keyctl.h>

#include "errno.h"
#include "member.h"
#include "misc.h"

enum kind {
	NOTHING,
	HEX_,
	KEY_,
	INTEGER,
	UNSIGNED,
	UNSIGNED_32,
	ID_,
	PERMISSIONS,
	STRING,		/* ends with a null byte */
	PAYLOAD,	/* its length is in the next argument */
	FILLED,		/* by the kernel; the result is its length */
	DEFAULT_RING,
	ERROR,
	MOVE_FLAGS,
	ADDRESS,
};

static const struct form {
	uint32_t op;
	uint8_t kinds[4];
} forms[] = {
	{ KEYCTL_GET_KEYRING_ID, { KEY_, INTEGER } },
	{ KEYCTL_JOIN_SESSION_KEYRING, { STRING } },
	{ KEYCTL_UPDATE, { KEY_, PAYLOAD, UNSIGNED } },
	{ KEYCTL_REVOKE, { KEY_ } },
	{ KEYCTL_CHOWN, { KEY_, ID_, ID_ } },
	{ KEYCTL_SETPERM, { KEY_, PERMISSIONS } },
	{ KEYCTL_DESCRIBE, { KEY_, FILLED, UNSIGNED } },
	{ KEYCTL_CLEAR, { KEY_ } },
	{ KEYCTL_LINK, { KEY_, KEY_ } },
	{ KEYCTL_UNLINK, { KEY_, KEY_ } },
	{ KEYCTL_SEARCH, { KEY_, STRING, STRING, KEY_ } },
	{ KEYCTL_READ, { KEY_, FILLED, UNSIGNED } },
	{ KEYCTL_INSTANTIATE, { KEY_, PAYLOAD, UNSIGNED, KEY_ } },
	{ KEYCTL_NEGATE, { KEY_, UNSIGNED_32, KEY_ } },
	{ KEYCTL_SET_REQKEY_KEYRING, { DEFAULT_RING } },
	{ KEYCTL_SET_TIMEOUT, { KEY_, UNSIGNED_32 } },
	{ KEYCTL_ASSUME_AUTHORITY, { KEY_ } },
	{ KEYCTL_GET_SECURITY, { KEY_, FILLED, UNSIGNED } },
	{ KEYCTL_SESSION_TO_PARENT, {} },
	{ KEYCTL_REJECT, { KEY_, UNSIGNED_32, ERROR, KEY_ } },
	{ KEYCTL_INSTANTIATE_IOV, { KEY_, ADDRESS, UNSIGNED, KEY_ } },
	{ KEYCTL_INVALIDATE, { KEY_ } },
	{ KEYCTL_GET_PERSISTENT, { ID_, KEY_ } },
	{ KEYCTL_RESTRICT_KEYRING, { KEY_, STRING, STRING } },
	{ KEYCTL_PKEY_QUERY, { KEY_, HEX_, STRING, ADDRESS } },
	{ KEYCTL_PKEY_ENCRYPT, { ADDRESS, ADDRESS, ADDRESS, ADDRESS } },
	{ KEYCTL_PKEY_DECRYPT, { ADDRESS, ADDRESS, ADDRESS, ADDRESS } },
	{ KEYCTL_PKEY_SIGN, { ADDRESS, ADDRESS, ADDRESS, ADDRESS } },
	{ KEYCTL_PKEY_VERIFY, { ADDRESS, ADDRESS, ADDRESS, ADDRESS } },
	{ KEYCTL_DH_COMPUTE, { ADDRESS, ADDRESS, UNSIGNED, ADDRESS } },
	{ KEYCTL_CAPABILITIES, { ADDRESS, UNSIGNED } },
	{ KEYCTL_MOVE, { KEY_, KEY_, KEY_, MOVE_FLAGS } },
};

static const struct form *form_of(uint32_t op)
{
	static const struct form plain = { 0, { HEX_, HEX_, HEX_, HEX_ } };
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (forms[i].op == op)
			return &forms[i];
	}
	return &plain;
}

static void out_key(struct out *o, int32_t key)
{
	const char *name = key < 0 ? xlat_name(&key_specs, (int64_t)key) : NULL;

	out_name_dec(o, key, name);
}

void print_key(struct out *o, const struct call *c, unsigned int i,
	       const struct arg *arg)
{
	(void)arg;
	out_key(o, c->rec->args[i]);
}

/* `total` bytes there should be, or with `ends` as far as a null byte. */
static void out_bytes_of(struct out *o, const struct call *c, unsigned int i,
			 uint64_t total, bool ends)
{
	size_t len = arg_len(c, i);
	const char *text = call_in(c, i, len);

	if (!text || (!len && total)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	if (ends) {
		size_t n = strnlen(text, len);

		/* Its end was not among what was read. */
		total = n < len ? n : n + 1;
	}
	if (len > total)
		len = total;
	if (len > c->strsize)
		len = c->strsize;
	out_quoted(o, text, len, len < total);
}

static void out_reqkey(struct out *o, int32_t ring)
{
	const char *name = xlat_name(&key_reqkeys, (int64_t)ring);

	out_name_dec(o, ring, name);
	if (!name && o->constants != CONSTANTS_RAW)
		out_str(o, " /* KEY_REQKEY_DEFL_??? */");
}

static void out_errno(struct out *o, uint32_t err)
{
	out_name_dec(o, err, errno_name(err));
}

void print_keyctl_arg(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint64_t value = c->rec->args[i];

	(void)arg;
	switch ((enum kind)form_of(c->rec->args[0])->kinds[i - 1]) {
	case NOTHING:
		break;
	case HEX_:
		out_hex(o, value);
		break;
	case KEY_:
		out_key(o, value);
		break;
	case INTEGER:
		out_dec(o, (int32_t)value);
		break;
	case UNSIGNED:
		out_udec(o, value);
		break;
	case UNSIGNED_32:
		out_udec(o, (uint32_t)value);
		break;
	case ID_:
		out_id(o, value);
		break;
	case PERMISSIONS:
		xlat_flags(o, &key_perms, (uint32_t)value);
		break;
	case STRING:
		out_bytes_of(o, c, i, 0, true);
		break;
	case PAYLOAD:
		out_bytes_of(o, c, i, c->rec->args[i + 1], false);
		break;
	case FILLED:
		if (c->failed)
			out_addr(o, value);
		else
			out_bytes_of(o, c, i, c->rec->ret, false);
		break;
	case DEFAULT_RING:
		out_reqkey(o, value);
		break;
	case ERROR:
		out_errno(o, value);
		break;
	case MOVE_FLAGS:
		xlat_flags(o, &keyctl_move_flags, (uint32_t)value);
		break;
	case ADDRESS:
		out_addr(o, value);
		break;
	}
}
