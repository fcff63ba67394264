// SPDX-License-Identifier: GPL-2.0-only
/* Questions as JSON, answers from JSON: by the types of the door. */
#include <bpf/btf.h>
#include <errno.h>
#include <kx/abi.h>
#include <stdlib.h>
#include <string.h>

#include "door/door.h"
#include "value/value.h"

#define ERRNO_MAX	133
#define WHY_ROOM	256

/* What an answer is, as JSON is read into it; the reply follows. */
struct answer_head {
	int32_t verdict;
	uint32_t keep_ms;
	char id[24];
};

/* Members of "operation", in their order. */
static const char *const operations[] = {
	"KX_OPERATION_OTHER", "KX_OPERATION_OPEN", "KX_OPERATION_EXEC", "KX_OPERATION_UNLINK",
	"KX_OPERATION_RENAME", "KX_OPERATION_CHMOD", "KX_OPERATION_CONNECT", "KX_OPERATION_BIND",
	"KX_OPERATION_MOUNT", "KX_OPERATION_PTRACE", "KX_OPERATION_KILL", "KX_OPERATION_BPF",
};

static int add_array(struct btf *btf, int of, uint32_t nr)
{
	return btf__add_array(btf, of, of, nr);
}

/* As kx/abi.h has them. */
int door_types_make(struct kx_door *door)
{
	struct btf *btf = btf__new_empty();
	int u32, s32, u64, s64, text, kinds;

	if (!btf)
		return -ENOMEM;
	door->btf = btf;
	u32 = btf__add_int(btf, "__u32", 4, 0);
	s32 = btf__add_int(btf, "__s32", 4, BTF_INT_SIGNED);
	u64 = btf__add_int(btf, "__u64", 8, 0);
	s64 = btf__add_int(btf, "__s64", 8, BTF_INT_SIGNED);
	text = btf__add_int(btf, "char", 1, BTF_INT_SIGNED);
	kinds = btf__add_enum(btf, "kx_operation", 4);
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
		(void)btf__add_enum_value(btf, operations[i], i);
	u64 = add_array(btf, u64, 6);
	text = add_array(btf, text, KX_CALL_PATH);
	door->block.in_id = btf__add_struct(btf, "kx_call_request", sizeof(struct kx_call_request));
	(void)btf__add_field(btf, "operation", kinds, 0, 0);
	(void)btf__add_field(btf, "number", s32, 4 * 8, 0);
	(void)btf__add_field(btf, "args", u64, 8 * 8, 0);
	(void)btf__add_field(btf, "path", text, 56 * 8, 0);
	door->block.out_id = btf__add_struct(btf, "kx_call_reply", sizeof(struct kx_call_reply));
	(void)btf__add_field(btf, "value", s64, 0, 0);
	(void)btf__add_field(btf, "replaces", u32, 8 * 8, 0);
	return btf__add_field(btf, "unused", u32, 12 * 8, 0) ? -ENOMEM : 0;
}

/* The verdicts by their names. */
static int add_verdicts(struct btf *btf)
{
	int id = btf__add_enum(btf, "kx_verdict", 4);

	(void)btf__add_enum_value(btf, "ALLOW", 0);
	for (int i = 1; i <= ERRNO_MAX; i++)
		if (strerrorname_np(i))
			(void)btf__add_enum_value(btf, strerrorname_np(i), -i);
	return id;
}

/* A structure of what is said, and the reply, in one: so one reader checks all of it. */
static int answer_type(struct kx_door *door)
{
	struct btf *btf = door->btf;
	int verdict, u32, text, id;

	if (door->answer_id)
		return 0;
	verdict = add_verdicts(btf);
	u32 = btf__add_int(btf, "unsigned int", 4, 0);
	text = add_array(btf, btf__add_int(btf, "char", 1, BTF_INT_SIGNED),
			 sizeof(((struct answer_head *)0)->id));
	id = btf__add_struct(btf, "kx_answer", sizeof(struct answer_head) +
			     ((door->block.out_len + 7) & ~7U));
	if (id < 0 || btf__add_field(btf, "verdict", verdict, 0, 0) ||
	    btf__add_field(btf, "keep_ms", u32, 32, 0) || btf__add_field(btf, "id", text, 64, 0))
		return -ENOMEM;
	if (door->block.out_len &&
	    btf__add_field(btf, "reply", door->block.out_id, sizeof(struct answer_head) * 8, 0))
		return -ENOMEM;
	door->answer_id = id;
	return 0;
}

int kx_door_question_json(struct kx_door *door, const struct kx_question *question, char **out)
{
	_cleanup_free_ char *request = NULL, *comm = NULL;
	struct value_place place;
	char *text;

	if (!value_find(door->btf, door->block.in_id, "", &place, NULL, 0))
		request = value_json(door->btf, &place, question->request);
	else
		request = strdup("null");
	comm = malloc(6 * 16 + 1);
	if (!request || !comm)
		return -ENOMEM;
	comm[0] = '\0';
	for (const unsigned char *c = (const unsigned char *)question->comm; *c; c++)
		sprintf(comm + strlen(comm), *c < ' ' || *c > '~' || *c == '"' || *c == '\\' ?
			"\\u%04x" : "%c", *c);
	if (asprintf(&text, "{\"id\":\"%llx\",\"opcode\":%u,\"pid\":%u,\"tid\":%u,\"uid\":%u,"
		     "\"gid\":%u,\"comm\":\"%s\",\"time_ns\":%llu,\"request\":%s}",
		     (unsigned long long)question->id, question->opcode, question->pid,
		     question->tid, question->uid, question->gid, comm,
		     (unsigned long long)question->time_ns, request) < 0)
		return -ENOMEM;
	*out = text;
	return 0;
}

static int parse(struct kx_door *door, const char *json, char *bytes, uint64_t *id)
{
	const struct answer_head *head = (const struct answer_head *)bytes;
	char why[WHY_ROOM] = "", *end;
	int err = answer_type(door);

	if (err)
		return kx_fail(door->kx, err, "out of memory");
	err = value_from_json(door->btf, door->answer_id, json, bytes, why, sizeof(why));
	if (err)
		return kx_fail(door->kx, -EINVAL, "%s: this is no answer: %s; an answer is "
			       "{\"verdict\":0,\"reply\":{...}}", door->shown, why);
	if (*id)
		return 0;
	*id = strtoull(head->id, &end, 16);
	if (*end || !*id)
		return kx_fail(door->kx, -EINVAL, "%s: an answer without the id of its question",
			       door->shown);
	return 0;
}

int kx_door_answer_json(struct kx_door *door, uint64_t id, const char *json)
{
	size_t len = sizeof(struct answer_head) + ((door->block.out_len + 7) & ~7U);
	_cleanup_free_ char *bytes = calloc(1, len + 8);
	const struct answer_head *head = (const struct answer_head *)bytes;
	struct kx_answer answer = { .verdict = 1 };
	int err;

	if (!bytes)
		return -ENOMEM;
	pthread_mutex_lock(&door->lock);
	err = parse(door, json, bytes, &id);
	pthread_mutex_unlock(&door->lock);
	if (err) {
		char sentence[1024];

		/* Its sentence, not that of the answer which is none. */
		snprintf(sentence, sizeof(sentence), "%s", kx_error(door->kx));
		if (id)
			(void)kx_door_answer(door, id, &answer);
		return kx_fail(door->kx, err, "%s", sentence);
	}
	answer.verdict = head->verdict;
	answer.keep_ms = head->keep_ms;
	answer.len = door->block.out_len;
	answer.reply = answer.len ? bytes + sizeof(*head) : NULL;
	return kx_door_answer(door, id, &answer);
}
