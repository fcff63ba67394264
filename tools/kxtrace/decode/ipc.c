/* SPDX-License-Identifier: GPL-2.0-only */
/* System V shared memory, semaphores and message queues. */
#include "ipc.h"

#include <linux/msg.h>
#include <linux/sem.h>
#include <linux/shm.h>

#include "member.h"


/* The kernel's struct ipc64_perm on 64 bits. */
struct kperm {
	int32_t key;
	uint32_t uid, gid, cuid, cgid;
	uint32_t mode;
	uint16_t seq, pad[3];
	uint64_t unused[2];
};

struct kshmid_ds {
	struct kperm perm;
	uint64_t segsz;
	int64_t atime, dtime, ctime;
	int32_t cpid, lpid;
	uint64_t nattch;
	uint64_t unused[2];
};

struct ksemid_ds {
	struct kperm perm;
	int64_t otime, unused1;
	int64_t ctime, unused2;
	uint64_t nsems;
	uint64_t unused[2];
};

struct kmsqid_ds {
	struct kperm perm;
	int64_t stime, rtime, ctime;
	uint64_t cbytes, qnum, qbytes;
	int32_t lspid, lrpid;
	uint64_t unused[2];
};

void print_ipc_key(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	uint32_t key = c->rec->args[i];

	(void)arg;
	out_name_hex(o, key, key == IPC_PRIVATE ? "IPC_PRIVATE" : NULL);
}

/* Flags, then the permissions, which are always shown. */
void print_ipc_flags(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	uint32_t flags = c->rec->args[i] & ~0777u;
	uint32_t huge = 0;

	if (arg->xlat == &shmget_flags) {
		huge = flags >> 26;
		flags &= (1u << 26) - 1;
	}
	if (flags) {
		xlat_flags(o, arg->xlat, flags);
		out_char(o, '|');
	}
	if (huge) {
		out_udec(o, huge);
		out_str(o, "<<SHM_HUGE_SHIFT|");
	}
	out_oct(o, c->rec->args[i] & 0777);
}

void print_ipc_cmd(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	uint32_t cmd = c->rec->args[i];

	if (cmd & IPC_64)
		out_str(o, "IPC_64|");
	xlat_value(o, arg->xlat, cmd & ~(uint32_t)IPC_64);
}

/* What IPC_SET takes, and of the rest what IPC_STAT tells. */
static void out_perm(struct out *o, const char *name, const struct kperm *p,
		     bool all)
{
	member(o, name);
	out_str(o, "{uid=");
	out_id(o, p->uid);
	member(o, "gid");
	out_id(o, p->gid);
	member(o, "mode");
	out_oct(o, p->mode);
	if (all) {
		member_udec(o, "key", (uint32_t)p->key);
		member(o, "cuid");
		out_id(o, p->cuid);
		member(o, "cgid");
		out_id(o, p->cgid);
	}
	out_char(o, '}');
}

/* Structures that are a row of numbers. */
static void out_numbers64(struct out *o, const uint64_t *values,
			  const char *const *names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		member_udec(o, names[i], values[i]);
}

static void out_numbers32(struct out *o, const int32_t *values,
			  const char *const *names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		member_dec(o, names[i], values[i]);
}

static void out_shm_info(struct out *o, const void *data)
{
	static const char *const names[] = {
		"shm_tot", "shm_rss", "shm_swp", "swap_attempts",
		"swap_successes",
	};

	member_dec(o, "used_ids", *(const int32_t *)data);
	out_numbers64(o, (const uint64_t *)data + 1, names, 5);
}

static void out_shm(struct out *o, uint32_t cmd, const void *data)
{
	static const char *const limits[] = {
		"shmmax", "shmmin", "shmmni", "shmseg", "shmall",
	};
	const struct kshmid_ds *ds = data;

	out_char(o, '{');
	if (cmd == IPC_INFO) {
		out_numbers64(o, data, limits, 5);
	} else if (cmd == SHM_INFO) {
		out_shm_info(o, data);
	} else {
		out_perm(o, "shm_perm", &ds->perm, cmd != IPC_SET);
		if (cmd != IPC_SET) {
			member_udec(o, "shm_segsz", ds->segsz);
			member_pid(o, "shm_cpid", ds->cpid);
			member_pid(o, "shm_lpid", ds->lpid);
			member_udec(o, "shm_nattch", ds->nattch);
			member_udec(o, "shm_atime", ds->atime);
			member_udec(o, "shm_dtime", ds->dtime);
			member_udec(o, "shm_ctime", ds->ctime);
		}
	}
	out_char(o, '}');
}

void print_shm_struct(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t cmd = c->rec->args[1] & ~(uint64_t)IPC_64;
	const void *data = call_in(c, i, sizeof(struct kshmid_ds));
	bool fills = cmd == IPC_STAT || cmd == IPC_INFO || cmd == SHM_STAT ||
		     cmd == SHM_INFO || cmd == SHM_STAT_ANY;

	(void)arg;
	if (data && (cmd == IPC_SET || (fills && !c->failed)))
		out_shm(o, cmd, data);
	else
		out_addr(o, c->rec->args[i]);
}

static void out_sem(struct out *o, uint32_t cmd, const void *data)
{
	static const char *const limits[] = {
		"semmap", "semmni", "semmns", "semmnu", "semmsl", "semopm",
		"semume", "semusz", "semvmx", "semaem",
	};
	const struct ksemid_ds *ds = data;

	out_char(o, '{');
	if (cmd == IPC_INFO || cmd == SEM_INFO) {
		out_numbers32(o, data, limits, 10);
	} else {
		out_perm(o, "sem_perm", &ds->perm, cmd != IPC_SET);
		if (cmd != IPC_SET) {
			member_udec(o, "sem_otime", ds->otime);
			member_udec(o, "sem_ctime", ds->ctime);
			member_udec(o, "sem_nsems", ds->nsems);
		}
	}
	out_char(o, '}');
}

void print_sem_arg(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	uint32_t cmd = c->rec->args[2] & ~(uint64_t)IPC_64;
	const void *data = call_in(c, i, sizeof(struct ksemid_ds));
	bool fills = cmd == IPC_STAT || cmd == IPC_INFO || cmd == SEM_STAT ||
		     cmd == SEM_INFO || cmd == SEM_STAT_ANY;

	(void)arg;
	if (data && (cmd == IPC_SET || (fills && !c->failed)))
		out_sem(o, cmd, data);
	else
		out_addr(o, c->rec->args[i]);
}

static void out_msq(struct out *o, uint32_t cmd, const void *data)
{
	static const char *const limits[] = {
		"msgpool", "msgmap", "msgmax", "msgmnb", "msgmni", "msgssz",
		"msgtql",
	};
	const struct kmsqid_ds *ds = data;

	out_char(o, '{');
	if (cmd == IPC_INFO || cmd == MSG_INFO) {
		out_numbers32(o, data, limits, 7);
		member_udec(o, "msgseg", ((const uint16_t *)data)[14]);
	} else {
		out_perm(o, "msg_perm", &ds->perm, cmd != IPC_SET);
		if (cmd != IPC_SET) {
			member_udec(o, "msg_stime", ds->stime);
			member_udec(o, "msg_rtime", ds->rtime);
			member_udec(o, "msg_ctime", ds->ctime);
			member_udec(o, "msg_qnum", ds->qnum);
		}
		member_udec(o, "msg_qbytes", ds->qbytes);
		if (cmd != IPC_SET) {
			member_pid(o, "msg_lspid", ds->lspid);
			member_pid(o, "msg_lrpid", ds->lrpid);
		}
	}
	out_char(o, '}');
}

void print_msq_struct(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	uint32_t cmd = c->rec->args[1] & ~(uint64_t)IPC_64;
	const void *data = call_in(c, i, sizeof(struct kmsqid_ds));
	bool fills = cmd == IPC_STAT || cmd == IPC_INFO || cmd == MSG_STAT ||
		     cmd == MSG_INFO || cmd == MSG_STAT_ANY;

	(void)arg;
	if (data && (cmd == IPC_SET || (fills && !c->failed)))
		out_msq(o, cmd, data);
	else
		out_addr(o, c->rec->args[i]);
}

void print_sembufs(struct out *o, const struct call *c, unsigned int i,
		   const struct arg *arg)
{
	uint32_t count = c->rec->args[2];
	size_t nr = arg_len(c, i) / sizeof(struct ksembuf), n;
	const struct ksembuf *ops = call_in(c, i, nr * sizeof(*ops));

	(void)arg;
	if (!c->rec->args[i] || (count && !nr)) {
		out_addr(o, c->rec->args[i]);
		return;
	}
	out_char(o, '[');
	for (n = 0; n < count && n < nr && n < c->strsize; n++) {
		list_comma(o, n);
		out_char(o, '{');
		member_udec(o, "sem_num", ops[n].num);
		member_dec(o, "sem_op", ops[n].op);
		member_flags(o, "sem_flg", &semop_flags,
			     (uint16_t)ops[n].flags);
		out_char(o, '}');
	}
	out_list_rest(o, c, i, n, count, sizeof(*ops));
	out_char(o, ']');
}

static void out_msgbuf(struct out *o, const struct call *c, unsigned int i,
		       uint64_t total)
{
	const int64_t *type = arg_data(o, c, i, sizeof(*type));
	size_t len = arg_len(c, i) - sizeof(*type);

	if (!type)
		return;
	if (len > total)
		len = total;
	if (len > c->strsize)
		len = c->strsize;
	out_str(o, "{mtype=");
	out_dec(o, *type);
	member(o, "mtext");
	out_quoted(o, (const char *)(type + 1), len, len < total);
	out_char(o, '}');
}

void print_msgbuf_in(struct out *o, const struct call *c, unsigned int i,
		     const struct arg *arg)
{
	(void)arg;
	out_msgbuf(o, c, i, c->rec->args[2]);
}

void print_msgbuf_out(struct out *o, const struct call *c, unsigned int i,
		      const struct arg *arg)
{
	(void)arg;
	if (c->failed)
		out_addr(o, c->rec->args[i]);
	else
		out_msgbuf(o, c, i, c->rec->args[2]);
}
