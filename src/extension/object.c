// SPDX-License-Identifier: GPL-2.0-only
/* Objects: open, load, attach; a failure becomes one sentence. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/context.h"
#include "kernel/caps.h"
#include "verdict/rules.h"
#include "verdict/verdict.h"

/* Everything known about a load that failed. */
struct failure {
	struct kx *kx;
	int err;
	const char *name;
	struct bpf_object *obj;
	struct verdict said;
	const struct bpf_program *prog;	/* the refused one, or NULL */
	const struct bpf_map *map;	/* the refused one, or NULL */
};

static bool is_trampoline(const struct bpf_program *prog)
{
	enum bpf_attach_type attach;

	if (!prog)
		return false;
	attach = bpf_program__expected_attach_type(prog);
	switch (bpf_program__type(prog)) {
	case BPF_PROG_TYPE_TRACING:
		return attach == BPF_TRACE_FENTRY || attach == BPF_TRACE_FEXIT ||
		       attach == BPF_MODIFY_RETURN;
	case BPF_PROG_TYPE_LSM:
		return attach == BPF_LSM_MAC;
	case BPF_PROG_TYPE_EXT:
		return true;
	default:
		return false;
	}
}

static unsigned int needs_of(struct bpf_object *obj)
{
	struct bpf_program *prog;
	unsigned int needs = KX_NEED_BPF;

	bpf_object__for_each_program(prog, obj) {
		switch (bpf_program__type(prog)) {
		case BPF_PROG_TYPE_KPROBE:
		case BPF_PROG_TYPE_TRACEPOINT:
		case BPF_PROG_TYPE_PERF_EVENT:
		case BPF_PROG_TYPE_RAW_TRACEPOINT:
		case BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE:
		case BPF_PROG_TYPE_TRACING:
		case BPF_PROG_TYPE_LSM:
			needs |= KX_NEED_PERFMON;
			break;
		case BPF_PROG_TYPE_SCHED_CLS:
		case BPF_PROG_TYPE_SCHED_ACT:
		case BPF_PROG_TYPE_XDP:
		case BPF_PROG_TYPE_SK_LOOKUP:
		case BPF_PROG_TYPE_CGROUP_SKB:
			needs |= KX_NEED_NET_ADMIN;
			break;
		default:
			break;
		}
	}
	return needs;
}

/*
 * The explanations, most certain first. Each sets the sentence and returns
 * true, or says that it does not apply.
 */
static bool explain_caps(struct failure *f)
{
	unsigned int needs = needs_of(f->obj);
	char why[sizeof(f->kx->error)];

	if (f->err != -EPERM || !kx_caps_check(f->kx, needs))
		return false;
	memcpy(why, f->kx->error, sizeof(why));
	kx_fail(f->kx, f->err, "%s: cannot load: %.900s", f->name, why);
	return true;
}

static bool explain_trampoline(struct failure *f)
{
	if (f->err != -EPERM || !is_trampoline(f->prog) ||
	    kx_feature_has(f->kx, "fentry"))
		return false;
	kx_fail(f->kx, f->err,
		"%s: cannot load program %s (%s): this kernel lets nobody load programs that need "
		"a trampoline; raw_tp, tp_btf and tracepoint programs do without",
		f->name, f->said.prog, bpf_program__section_name(f->prog));
	return true;
}

static bool explain_btf(struct failure *f)
{
	if (!access("/sys/kernel/btf/vmlinux", R_OK) ||
	    !strcasestr(f->said.cause, "BTF"))
		return false;
	kx_fail(f->kx, f->err,
		"%s: cannot load: this kernel has no BTF (/sys/kernel/btf/vmlinux); "
		"it takes a kernel built with CONFIG_DEBUG_INFO_BTF",
		f->name);
	return true;
}

static bool explain_hook(struct failure *f)
{
	if (!f->said.hook[0] || !f->prog)
		return false;
	kx_fail(f->kx, f->err,
		"%s: cannot load program %s (%s): this kernel has no %s", f->name,
		f->said.prog, bpf_program__section_name(f->prog), f->said.hook);
	return true;
}

static bool explain_ring(struct failure *f)
{
	if (!f->map || bpf_map__type(f->map) != BPF_MAP_TYPE_RINGBUF ||
	    kx_feature_has(f->kx, "ringbuf"))
		return false;
	kx_fail(f->kx, f->err,
		"%s: cannot make map %s: this kernel has no BPF ring buffer; it takes Linux 5.8",
		f->name, f->said.map);
	return true;
}

static bool explain_map(struct failure *f)
{
	bool memory = f->err == -ENOMEM || f->err == -EPERM;

	if (!f->said.map[0])
		return false;
	kx_fail(f->kx, f->err, "%s: cannot make map %s: %s%s", f->name,
		f->said.map, kx_why(f->err),
		memory ? "; it takes a smaller map or, before Linux 5.11, ulimit -l unlimited" :
			 "");
	return true;
}

static bool explain_verifier(struct failure *f)
{
	const struct verdict *said = &f->said;
	const char *rule;

	if (!said->prog[0] || !said->reason[0])
		return false;
	rule = rule_explain(said->reason);
	kx_fail(f->kx, f->err,
		"%.160s: program %s is refused by the kernel's verifier: %s%s%s%s%s%s%s%s",
		f->name, said->prog, said->reason,
		said->source[0] ? ", at `" : "", said->source,
		said->source[0] ? "`" : "",
		said->where[0] ? " in " : "", said->where,
		rule ? "; " : "", rule ? rule : "");
	return true;
}

static bool explain_prog(struct failure *f)
{
	if (!f->prog)
		return false;
	kx_fail(f->kx, f->err, "%s: cannot load program %s (%s): %s%s", f->name,
		f->said.prog, bpf_program__section_name(f->prog),
		kx_why(f->err),
		f->err == -EPERM ?
			", though no capability is missing: this kernel refuses it to everybody, lockdown may be why" :
			"");
	return true;
}

static bool explain_any(struct failure *f)
{
	kx_fail(f->kx, f->err, "%s: cannot load: %s%s%s", f->name,
		kx_why(f->err), f->said.cause[0] ? ": " : "", f->said.cause);
	return true;
}

static bool (*const explanations[])(struct failure *) = {
	explain_caps, explain_trampoline, explain_btf,
	explain_hook, explain_ring, explain_map,
	explain_verifier, explain_prog, explain_any,
};

static int explain(struct kx *kx, int err, struct bpf_object *obj,
		   const char *name, size_t log_from)
{
	struct failure f = { .kx = kx, .err = err, .name = name, .obj = obj };

	/* A log that was shortened meanwhile starts anew. */
	if (kx->log)
		verdict_read(kx->log + (log_from < kx->log_len ? log_from : 0),
			     &f.said);
	if (f.said.prog[0])
		f.prog = bpf_object__find_program_by_name(obj, f.said.prog);
	if (f.said.map[0])
		f.map = bpf_object__find_map_by_name(obj, f.said.map);

	for (size_t i = 0; !explanations[i](&f); i++)
		;
	return err;
}

/* libbpf knows these since 1.3. */
static void name_sections(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		const char *section = bpf_program__section_name(prog);

		if (bpf_program__type(prog) == BPF_PROG_TYPE_UNSPEC &&
		    (!strcmp(section, "tcx/ingress") || !strcmp(section, "tcx/egress")))
			bpf_program__set_type(prog, BPF_PROG_TYPE_SCHED_CLS);
	}
}

int kx_object_open(struct kx *kx, const void *elf, size_t len,
		   const char *name, struct bpf_object **out)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = name);
	_scope_ struct kx *outer = scope_enter(kx);
	size_t from = kx->log_len;
	struct bpf_object *obj;
	struct verdict said = { 0 };
	int err;

	obj = bpf_object__open_mem(elf, len, &opts);
	if (obj) {
		name_sections(obj);
		*out = obj;
		return 0;
	}
	err = -errno;
	if (kx->log)
		verdict_read(kx->log + (from < kx->log_len ? from : 0), &said);
	return kx_fail(kx, err, "%s: not a BPF object: %s%s%s", name,
		       kx_why(err), said.cause[0] ? ": " : "", said.cause);
}

int kx_object_load(struct kx *kx, struct bpf_object *obj, const char *name)
{
	_scope_ struct kx *outer = scope_enter(kx);
	size_t from = kx->log_len;
	int err = bpf_object__load(obj);

	return err ? explain(kx, err, obj, name, from) : 0;
}

int kx_skeleton_load(struct kx *kx, struct bpf_object_skeleton *skeleton,
		     const char *name)
{
	_scope_ struct kx *outer = scope_enter(kx);
	size_t from = kx->log_len;
	int err = bpf_object__load_skeleton(skeleton);

	return err ? explain(kx, err, *skeleton->obj, name, from) : 0;
}

static const char *attach_hint(int err)
{
	switch (-err) {
	case EPERM:
	case EACCES:
		return "; it takes root, or cap_bpf and cap_perfmon (network: cap_net_admin)";
	case ENOENT:
		return "; this kernel does not have that hook (or tracefs is not mounted)";
	case EBUSY:
	case EEXIST:
		return "; another program is attached there";
	case EOPNOTSUPP:
		return "; its section names no hook that this library can attach to";
	default:
		return "";
	}
}

int kx_object_attach(struct kx *kx, struct bpf_program *prog,
		     struct bpf_link **out)
{
	_scope_ struct kx *outer = scope_enter(kx);
	struct bpf_link *link;
	int err;

	link = bpf_program__attach(prog);
	if (link) {
		*out = link;
		return 0;
	}
	err = -errno;
	return kx_fail(kx, err, "program %s: cannot attach to %s: %s%s",
		       bpf_program__name(prog), bpf_program__section_name(prog),
		       kx_why(err), attach_hint(err));
}
