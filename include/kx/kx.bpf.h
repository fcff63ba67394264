/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The kernel side of kx: what an author of an extension writes with.
 *
 * Include it after vmlinux.h. An extension is one C file of ordinary libbpf
 * programs and maps; the macros below add what kx has to know about it. They
 * leave nothing but tags in the file's BTF, so the object still loads with any
 * other loader.
 *
 *	#include <vmlinux.h>
 *	#include <kx/kx.bpf.h>
 *
 *	KX_EXTENSION("execs", "1.0.0", "counts the programs that are started");
 *	KX_LICENSE("GPL");
 *
 *	KX_VALUE(u64, execs, "programs started since the load");
 *	KX_PARAM(u32, step, "what each counts for", KX_RANGE(1, 100)) = 1;
 *
 *	SEC("tp_btf/sched_process_exec")
 *	int BPF_PROG(started)
 *	{
 *		__sync_fetch_and_add(&execs, step);
 *		return 0;
 *	}
 */
#ifndef KX_KX_BPF_H
#define KX_KX_BPF_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

#include <kx/abi.h>

/* Younger than the oldest libbpf. */
#ifndef BPF_UPROBE
#define BPF_UPROBE(name, args...)	BPF_KPROBE(name, ##args)
#define BPF_URETPROBE(name, args...)	BPF_KRETPROBE(name, ##args)
#endif

#define KX_TAG(text)	__attribute__((btf_decl_tag(text)))

#define KX_JOIN_(a, b)	a##b
#define KX_JOIN(a, b)	KX_JOIN_(a, b)
#define KX_TEXT_(x)	#x
#define KX_TEXT(x)	KX_TEXT_(x)

/* A variable that exists for its tags alone: no map is made for section ".kx". */
#define KX_NOTE(...)							\
	const char KX_JOIN(kx_note_, __COUNTER__)			\
	__attribute__((used)) SEC(".kx") __VA_ARGS__ = 0

/*
 * Who it is. Once per file; name: letters, digits, "_", "-", a letter first, at
 * most KX_NAME_MAX; version: numbers with dots between.
 */
#define KX_EXTENSION(name, version, description)			\
	KX_NOTE(KX_TAG("kx.name=" name) KX_TAG("kx.version=" version)	\
		KX_TAG("kx.description=" description))

/* "GPL" or one that the kernel takes for compatible: most helpers need it. */
#define KX_LICENSE(text)						\
	char kx_license[] SEC("license") = text

/* Another extension that has to be loaded first: "NAME" or "NAME>=VERSION". */
#define KX_NEEDS(what)		KX_NOTE(KX_TAG("kx.needs=" what))

/* Another name that others may need this one by. */
#define KX_PROVIDES(name)	KX_NOTE(KX_TAG("kx.provides=" name))

/*
 * Parameters: any C type but pointers. What follows the macro is an ordinary
 * initializer, the default:
 *
 *	KX_PARAM(u32, rate, "events per second", KX_RANGE(1, 1000)) = 10;
 *	KX_PARAM(char[16], greeting, "what to say") = "hello";
 *	KX_PARAM(u16[4], ports, "which to watch") = { 22, 80 };
 *	KX_PARAM(enum verdict, unknown, "what strangers get") = VERDICT_DROP;
 *
 * KX_PARAM: live; `kx set` changes it, the next event sees it. Scalars change at
 * once, larger values piece by piece. KX_PARAM_LOAD: set at load only; a
 * constant for the verifier, so code that is switched off costs nothing.
 * KX_VALUE: read-only from outside, kernel code writes it.
 */
#define KX_PARAM(type, name, text, ...)					\
	volatile __typeof__(type) name SEC(".data.param")		\
	KX_TAG("kx.param=" text) __VA_ARGS__

#define KX_PARAM_LOAD(type, name, text, ...)				\
	const volatile __typeof__(type) name SEC(".rodata.param")	\
	KX_TAG("kx.param=" text) __VA_ARGS__

#define KX_VALUE(type, name, text)					\
	volatile __typeof__(type) name SEC(".data.value")		\
	KX_TAG("kx.param=" text)

/* Both ends are allowed. Integer literals, or macros that are. */
#define KX_RANGE(lowest, highest)					\
	KX_TAG("kx.range=" KX_TEXT(lowest) ".." KX_TEXT(highest))

/*
 * Where to attach, as a parameter. The default may be "", then the load command
 * has to say it; several, separated by commas, attach the program to each.
 *
 *	KX_DEVICE(dev, "the device to watch") = "eth0";
 *
 *	SEC("xdp") KX_AT(dev)
 *	int count(struct xdp_md *ctx)
 *
 * A program for XDP is attached in the device's driver; "eth0:generic" attaches it to
 * the slower XDP that every device has. SEC("tcx/ingress") and SEC("tcx/egress") are for
 * tc; kernels without tcx (before 6.6) get a filter of a clsact qdisc, for which the
 * verdicts -1 (go on with the next program) and 2 (drop) mean the same.
 */
#define KX_DEVICE(name, text)						\
	KX_PARAM_LOAD(char[64], name, text, KX_TAG("kx.target=device"))
#define KX_CGROUP(name, text)						\
	KX_PARAM_LOAD(char[256], name, text, KX_TAG("kx.target=cgroup"))
#define KX_PATH(name, text)						\
	KX_PARAM_LOAD(char[256], name, text, KX_TAG("kx.target=path"))
#define KX_PID(name, text)						\
	KX_PARAM_LOAD(int, name, text, KX_TAG("kx.target=pid"))

/* After SEC(): the program is attached where this parameter says. */
#define KX_AT(parameter)	KX_TAG("kx.at=" #parameter)

/*
 * After SEC(".maps"): this map may be imported by others; is the map of that
 * name of another extension, which is then needed. Both sides must declare the
 * same layout.
 */
#define KX_EXPORT		KX_TAG("kx.export")
#define KX_IMPORT(extension)	KX_TAG("kx.import=" extension)

/* After SEC("iter/bpf_map_elem"), or another for maps: which map it goes over. */
#define KX_OVER(map)		KX_TAG("kx.over=" #map)

/* After SEC(".maps"): each generation has its own; what is in it is not carried over. */
#define KX_PRIVATE		KX_TAG("kx.private")

/*
 * Kernel code that runs once, before the first event and after the last one; an
 * event that was under way on another CPU at that moment may end a little later:
 *
 *	KX_INIT(life)
 *	{
 *		return life->reason == KX_REASON_LOAD ? 0 : -1;
 *	}
 *
 * It may sleep. A result of init that is not 0 undoes the load or the upgrade
 * and is reported; fini runs then too, with KX_REASON_FAILED. If kx is killed
 * while fini runs, fini runs again.
 */
#define KX_INIT(life)	KX_LIFE_(init, life)
#define KX_FINI(life)	KX_LIFE_(fini, life)

/* On the stack, because helpers do not take pointers into a context. */
#define KX_LIFE_(what, life)						\
	static __always_inline int kx_##what##_(const struct kx_life *life); \
	SEC("syscall") KX_TAG("kx." #what)				\
	int kx_##what(struct kx_life *ctx)				\
	{								\
		struct kx_life copy = *ctx;				\
									\
		return kx_##what##_(&copy);				\
	}								\
	static __always_inline int kx_##what##_(const struct kx_life *life)

#endif
