/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user-space contract of kx: everything a program may ask of libkx. */
#ifndef KX_KX_H
#define KX_KX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KX_VERSION	"0.1.0"

/* libbpf's own types: an includer needs no libbpf header for this one. */
struct bpf_link;
struct bpf_object;
struct bpf_object_skeleton;
struct bpf_program;

/**
 * kx_version() - which libkx this is
 *
 * Return: "MAJOR.MINOR.PATCH", static; differs from KX_VERSION when a program
 * runs with another library than it was compiled for.
 * Context: any thread.
 * Since: 0.1
 */
const char *kx_version(void);

/*
 * The context
 */

/**
 * struct kx - a context: the last error, libbpf's messages, probe results
 *
 * Opaque. One thread uses a context at a time; several contexts may be used
 * by several threads at once.
 */
struct kx;

/**
 * kx_new() - make a context
 * @out: receives the context; owned by the caller, who gives it to kx_free()
 *
 * From the first call on, libbpf's messages do not go to stderr any more: they
 * are kept by the context in use in the calling thread. That is the one whose
 * function is running or, between calls, the first one made in that thread, so
 * that a skeleton's generated functions are covered too. Messages in a thread
 * without a context still go where they went before.
 *
 * Return: 0, or -ENOMEM.
 * Context: any thread; never blocks.
 * Kernel: any; needs no capability.
 * Since: 0.1
 */
int kx_new(struct kx **out);

/**
 * kx_free() - end a context
 * @kx: the context, or NULL
 *
 * Rings, links and objects made with it live on; close them first if a message
 * about them matters.
 *
 * Context: the thread that made @kx, or any when it never made libbpf calls.
 * Since: 0.1
 */
void kx_free(struct kx *kx);

/**
 * kx_error() - the last failure, as one sentence
 * @kx: the context
 *
 * The sentence names the object, what could not be done, why, and what would
 * help, without a final newline: "halfdrop: cannot attach to eth9: no such
 * device". A later success does not clear it.
 *
 * Return: the sentence, "" when nothing has failed yet; valid until the next
 * failure or kx_free().
 * Context: any; never fails.
 * Since: 0.1
 */
const char *kx_error(const struct kx *kx);

/**
 * kx_log() - everything that libbpf and the verifier said
 * @kx: the context
 *
 * For -v: many lines, oldest first. The oldest are forgotten when the text
 * grows beyond 32 MiB.
 *
 * Return: the text, "" when there is none; valid until the next call with @kx.
 * Context: any; never fails.
 * Since: 0.1
 */
const char *kx_log(const struct kx *kx);

/**
 * kx_log_debug() - keep libbpf's debug messages too
 * @kx: the context
 * @on: 0: warnings and notes only (the default); else debug messages as well
 *
 * Costs start-up time: libbpf formats a line per relocation.
 *
 * Context: any; never fails.
 * Since: 0.1
 */
void kx_log_debug(struct kx *kx, int on);

/*
 * Privileges
 */

/**
 * enum kx_need - what a program asks of its user: bits
 * @KX_NEED_BPF: load programs, make maps
 * @KX_NEED_PERFMON: programs that look at the kernel (tracing)
 * @KX_NEED_NET_ADMIN: programs on network devices
 * @KX_NEED_SYS_ADMIN: mount file systems, cgroup and id based access
 * @KX_NEED_SYS_RESOURCE: raise the limit of locked memory (before 5.11)
 * @KX_NEED_SYS_PTRACE: look into processes of other users
 * @KX_NEED_KILL: send signals to processes of other users
 */
enum kx_need {
	KX_NEED_BPF = 1 << 0,
	KX_NEED_PERFMON = 1 << 1,
	KX_NEED_NET_ADMIN = 1 << 2,
	KX_NEED_SYS_ADMIN = 1 << 3,
	KX_NEED_SYS_RESOURCE = 1 << 4,
	KX_NEED_SYS_PTRACE = 1 << 5,
	KX_NEED_KILL = 1 << 6,
};

/**
 * kx_caps_check() - may this thread do what it is going to do?
 * @kx: the context
 * @needs: bits of enum kx_need
 *
 * Looks at the effective capabilities. CAP_SYS_ADMIN stands in for CAP_BPF and
 * CAP_PERFMON, as it does in the kernel. That a capability is held does not
 * mean that the kernel agrees: lockdown, seccomp and user namespaces come on
 * top, and show when something is loaded.
 *
 * Return: 0; -EPERM, the sentence names what is missing and how to get it;
 * -EINVAL for an unknown bit.
 * Context: any thread; never blocks.
 * Kernel: any.
 * Since: 0.1
 */
int kx_caps_check(struct kx *kx, unsigned int needs);

/**
 * kx_caps_drop() - give up what was only needed to load and attach
 * @kx: the context
 *
 * Takes every capability out of the calling thread's effective, permitted,
 * inheritable and ambient sets, but those that let it go on with its own files
 * and tasks, where held: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_KILL,
 * CAP_SYS_PTRACE. Maps, rings and links that are open stay usable. Cannot be
 * undone. A program that this thread executes as root afterwards gets root's
 * capabilities again (the bounding set is left alone).
 *
 * Return: 0, or capset(2)'s errno.
 * Context: the calling thread only: call it before starting others.
 * Kernel: 5.8; map access without CAP_BPF needs 5.19.
 * Since: 0.1
 */
int kx_caps_drop(struct kx *kx);

/*
 * File systems of the kernel
 */

/**
 * enum kx_mount - file systems that extensions use
 * @KX_MOUNT_BPFFS: /sys/fs/bpf, pins
 * @KX_MOUNT_TRACEFS: /sys/kernel/tracing, numbers of tracepoints
 * @KX_MOUNT_SECURITYFS: /sys/kernel/security, which security modules are on
 */
enum kx_mount {
	KX_MOUNT_BPFFS,
	KX_MOUNT_TRACEFS,
	KX_MOUNT_SECURITYFS,
};

/**
 * kx_mount_ensure() - have a file system mounted at its usual place
 * @kx: the context
 * @which: the file system
 *
 * Return: 0, it was there or is now; -EPERM: may not mount, the sentence gives
 * the command; -ENODEV: the kernel does not have it; -ENOENT: no directory to
 * mount it on (sysfs missing); -EINVAL: no such @which; else mount(2)'s errno.
 * Context: changes the mount namespace of the process.
 * Kernel: any; CAP_SYS_ADMIN when it has to mount.
 * Since: 0.1
 */
int kx_mount_ensure(struct kx *kx, enum kx_mount which);

/*
 * What the running kernel can do
 */

/**
 * enum kx_feature_state - what a probe found
 * @KX_FEATURE_MISSING: not here; the reason says why
 * @KX_FEATURE_AVAILABLE: here, seen to work
 * @KX_FEATURE_UNKNOWN: could not be tried; the reason says what is missing
 */
enum kx_feature_state {
	KX_FEATURE_MISSING,
	KX_FEATURE_AVAILABLE,
	KX_FEATURE_UNKNOWN,
};

/**
 * struct kx_feature - one thing that a kernel has or has not
 * @name: short, stable, as in kx_feature_has() and `kx features`
 * @group: heading in the table: "programs", "maps", ...
 * @summary: what it is good for, one line
 * @state: what the probe found
 * @reason: why it is missing or unknown, or a detail about an available one;
 *          "" when there is nothing to add
 *
 * All strings belong to the context.
 */
struct kx_feature {
	const char *name;
	const char *group;
	const char *summary;
	enum kx_feature_state state;
	const char *reason;
};

/**
 * kx_features_probe() - find out everything the running kernel can do
 * @kx: the context, keeps the results: each thing is tried once
 * @out: receives an array, in the order of the groups; valid until kx_free()
 * @nr: receives how many there are
 *
 * Every answer comes from trying, none from a version number. Nothing stays
 * loaded, attached or mounted; no program that is tried does anything.
 *
 * Return: 0; a feature that is missing or unknown is not a failure. -ENOMEM.
 * Context: any thread; takes 0.1 to 0.3 s, of which nearly all is waiting.
 * Kernel: any; CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN for complete answers.
 * Since: 0.1
 */
int kx_features_probe(struct kx *kx, const struct kx_feature **out,
		      size_t *nr);

/**
 * kx_feature_has() - can the running kernel do one thing?
 * @kx: the context, keeps the result
 * @name: the feature's name, as `kx features` lists it
 *
 * Tries only that one. kx_error() has the reason after 0 and -EPERM.
 *
 * Return: 1: yes; 0: no; -EPERM: not privileged enough to try; -ENOENT: there
 * is no feature of that name.
 * Context: any thread; well under a millisecond, a few when the answer is in
 * the kernel's BTF (programs for a kernel function, kfuncs). kprobe, uprobe, xdp
 * and tc are attached for a moment, which can take 100 ms.
 * Kernel: any; capabilities as in kx_features_probe().
 * Since: 0.1
 */
int kx_feature_has(struct kx *kx, const char *name);

/*
 * Objects: what bpf_object__open*() or a skeleton has opened
 */

/**
 * kx_object_open() - open a BPF object that is in memory
 * @kx: the context
 * @elf: the object file's bytes; may go away after the call
 * @len: how many bytes
 * @name: what to call the object, in sentences and in the kernel
 * @out: receives the object; the caller gives it to bpf_object__close()
 *
 * Return: 0; -ENOMEM; -EINVAL, -LIBBPF_ERRNO__FORMAT (4001) and other libbpf
 * codes for bytes that are no BPF object, the sentence says what is wrong.
 * Context: any thread.
 * Kernel: any; needs no capability.
 * Since: 0.1
 */
int kx_object_open(struct kx *kx, const void *elf, size_t len,
		   const char *name, struct bpf_object **out);

/**
 * kx_object_load() - bring an opened object into the kernel
 * @kx: the context
 * @obj: the object; stays the caller's
 * @name: what to call it in sentences
 *
 * Same as bpf_object__load(), but a failure is explained in one sentence: the
 * program, the line of source where the object has it, the verifier's reason;
 * or the capability, BTF, map type, kind of program that is missing here.
 * A skeleton's pointers to global variables (skel->bss) are not set up by this
 * function: kx_skeleton_load() is for skeletons.
 *
 * Return: 0; -EPERM: not privileged, or this kernel refuses such programs to
 * everybody (lockdown, no trampolines); -EACCES, -EINVAL and others: the
 * verifier's verdict; -ENOENT, -ESRCH: no BTF, or a hook that is not here;
 * -ENOMEM.
 * Context: any thread; as long as the verifier takes.
 * Kernel: 5.8; CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN as programs require.
 * Since: 0.1
 */
int kx_object_load(struct kx *kx, struct bpf_object *obj, const char *name);

/**
 * kx_skeleton_load() - kx_object_load() for an opened skeleton
 * @kx: the context
 * @skeleton: the member `skeleton` of a generated struct
 * @name: what to call it in sentences
 *
 * Afterwards the skeleton's pointers to global variables are the kernel's own
 * memory, and its maps and programs are filled in.
 *
 * Return, Context, Kernel: as kx_object_load().
 * Since: 0.1
 */
int kx_skeleton_load(struct kx *kx, struct bpf_object_skeleton *skeleton,
		     const char *name);

/**
 * kx_object_attach() - attach a loaded program to the hook of its section
 * @kx: the context
 * @prog: the program; stays its object's
 * @out: receives the link, for bpf_link__destroy(); unless that is called or
 *       the link is pinned, it ends with the process
 *
 * Return: 0; -ENOENT: the hook does not exist in this kernel; -EPERM; -EBUSY:
 * somebody else has it; -EOPNOTSUPP: the section names no hook to attach to;
 * other errno values of bpf(2) and perf_event_open(2).
 * Context: any thread.
 * Kernel: 5.8; CAP_PERFMON for tracing, CAP_NET_ADMIN for network hooks;
 * tracefs for tracepoints by name (kx_mount_ensure()).
 * Since: 0.1
 */
int kx_object_attach(struct kx *kx, struct bpf_program *prog,
		     struct bpf_link **out);

/*
 * Ring buffers
 */

/**
 * struct kx_ring - the reading end of a BPF ring buffer
 *
 * Opaque. There can be only one reader; kx_ring_dispatch() of one ring must not
 * run in two threads at once.
 */
struct kx_ring;

/**
 * typedef kx_ring_fn - takes one record
 * @ctx: as given to kx_ring_open()
 * @record: the record, aligned to 8 bytes, read-only, in the ring itself: copy
 *          what must outlive the call
 * @len: bytes in @record
 *
 * Return: 0 or more to go on; a negative value to stop kx_ring_dispatch(), the
 * record counts as taken.
 */
typedef int (*kx_ring_fn)(void *ctx, const void *record, size_t len);

/**
 * kx_ring_open() - read a ring buffer
 * @kx: the context, for the sentence only: the ring does not keep it
 * @map_fd: a map of type ring buffer; the ring keeps a duplicate
 * @fn: called for each record by kx_ring_dispatch()
 * @ctx: handed to @fn; the caller's
 * @out: receives the ring, for kx_ring_close()
 *
 * Return: 0; -EBADF: no map; -EINVAL: not a ring buffer, or one whose producer
 * overwrites (BPF_F_RB_OVERWRITE); -EPERM: a frozen or write-only map; -ENOMEM:
 * no memory or address space; -EMFILE.
 * Context: any thread.
 * Kernel: 5.8; no capability beyond the fd.
 * Since: 0.1
 */
int kx_ring_open(struct kx *kx, int map_fd, kx_ring_fn fn, void *ctx,
		 struct kx_ring **out);

/**
 * kx_ring_fd() - what to poll for a ring
 * @ring: the ring
 *
 * Readable while records wait, whether or not the kernel side woke anybody
 * (BPF_RB_NO_WAKEUP): a poll that begins while records wait returns at once. To
 * sleep until the kernel side asks for attention, batching included, add it to
 * an epoll set with EPOLLET and call kx_ring_dispatch() until it returns 0.
 *
 * Return: the descriptor; owned by @ring, close-on-exec.
 * Context: any; never fails.
 * Since: 0.1
 */
int kx_ring_fd(const struct kx_ring *ring);

/**
 * kx_ring_dispatch() - take the records that wait
 * @ring: the ring
 *
 * Calls the ring's function for each record in the order of their reservation,
 * skips discarded ones, and stops at one that is still being written, at the
 * end, or when as much as the ring holds was taken. Room is given back to the
 * producer in steps, at the latest when the function returns.
 *
 * Return: how many records were handed over, 0 only when none waits that is
 * complete; or the negative value that the ring's function returned; -EPROTO:
 * the ring's content is not possible (somebody else writes to its positions).
 * Context: one thread at a time; never blocks.
 * Since: 0.1
 */
int kx_ring_dispatch(struct kx_ring *ring);

/**
 * kx_ring_close() - stop reading
 * @ring: the ring, or NULL
 *
 * Records that wait stay in the map, for the next reader.
 *
 * Context: not from within the ring's function.
 * Since: 0.1
 */
void kx_ring_close(struct kx_ring *ring);

/*
 * Nothing is lost in silence
 */

/**
 * struct kx_loss - the account of a stream of records
 * @produced: records there were, counted by the kernel side
 * @delivered: records that reached user space, counted by user space
 * @dropped: records that found no room, counted by the kernel side
 */
struct kx_loss {
	uint64_t produced;
	uint64_t delivered;
	uint64_t dropped;
};

/**
 * kx_loss_check() - does the account balance?
 * @loss: the account, taken when the producer has stopped and the ring is empty
 *
 * Return: 0 when produced = delivered + dropped, exactly; else -EPROTO.
 * Context: any.
 * Since: 0.1
 */
int kx_loss_check(const struct kx_loss *loss);

/**
 * kx_loss_text() - the account as the line a tool ends with
 * @loss: the account
 * @buf: receives "seen 10, shown 10, dropped 0"; when the account does not
 *       balance, ", unaccounted 1" follows; terminated, cut if need be
 * @len: bytes of @buf, 96 are always enough; 0 is allowed
 *
 * Return: the length of the whole text, as snprintf() does.
 * Context: any.
 * Since: 0.1
 */
int kx_loss_text(const struct kx_loss *loss, char *buf, size_t len);

/**
 * kx_stats_sum() - add up a per-CPU structure of counters
 * @kx: the context
 * @map_fd: a per-CPU array; its element 0 is a structure of nothing but u64
 * @out: receives the sums over all CPUs, the same structure
 * @len: bytes of @out, the map's value size
 *
 * Return: 0; -EINVAL: @len is not the map's value size, or not a per-CPU map;
 * -EBADF; -ENOMEM.
 * Context: any thread. Counters that still run are read one CPU after another.
 * Kernel: 5.8; no capability beyond the fd (5.19).
 * Since: 0.1
 */
int kx_stats_sum(struct kx *kx, int map_fd, void *out, size_t len);

#ifdef __cplusplus
}
#endif

#endif
