/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The user-space contract of kx: everything a program may ask of libkx. */
#ifndef KX_KX_H
#define KX_KX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is declared here is all that the shared library shows. */
#pragma GCC visibility push(default)

#define KX_VERSION	"0.1.0"

/* libbpf's own types: an includer needs no libbpf header for this one. */
struct bpf_link;
struct bpf_object;
struct bpf_object_skeleton;
struct bpf_program;

struct kx_loss;

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
 * mount it on (sysfs missing); -EINVAL: no such @which; -EXDEV: "ip netns exec" has
 * hidden the machine's /sys/fs/bpf; else mount(2)'s errno.
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
 * kx_core_types() - the kernel's types that an object asks for, and no others
 * @kx: the context
 * @elf: the object's bytes
 * @len: how many
 *
 * For each type that an object's CO-RE relocations name, libbpf looks through all
 * types of the kernel, about a millisecond each. This walks them once. Give the
 * path /proc/self/fd/N of the descriptor to libbpf as
 * bpf_object_open_opts.btf_custom_path, and close it after the load.
 *
 * Return: the descriptor of a file in memory, closed on exec; -EOPNOTSUPP: there
 * is no saving, as without relocations or without BTF: open the object as usual.
 * Context: any thread.
 * Kernel: any with BTF; needs no capability.
 * Since: 0.1
 */
int kx_core_types(struct kx *kx, const void *elf, size_t len);

/**
 * kx_skeleton_load() - kx_object_load() for an opened skeleton
 * @kx: the context
 * @skeleton: the member `skeleton` of a generated struct
 * @name: what to call it in sentences
 *
 * Afterwards the skeleton's pointers to global variables are the kernel's own
 * memory, and its maps and programs are filled in.
 *
 * Return: as kx_object_load().
 * Context: as kx_object_load().
 * Kernel: as kx_object_load().
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
 * Extensions: object files
 */

/**
 * struct kx_extension - an object file that has been read and checked
 *
 * Opaque. Holds a copy of the file: what is loaded is what was checked.
 */
struct kx_extension;

/**
 * enum kx_param_kind - when a parameter may change
 * @KX_PARAM_LOAD: at load only; a constant for the kernel code
 * @KX_PARAM_LIVE: at any time, by kx_param_set()
 * @KX_PARAM_VALUE: kernel code writes it, it is read-only from outside
 */
enum kx_param_kind {
	KX_PARAM_LOAD,
	KX_PARAM_LIVE,
	KX_PARAM_VALUE,
};

/**
 * struct kx_param - a typed setting of an extension
 * @name: as in the C file
 * @type: as in C: "u32", "char[16]", "enum verdict"
 * @text: what it is for
 * @range: what is allowed: "1..1000", "0..4294967295", "PASS|DROP", "at most 15
 *         bytes"; "" when the type is a structure
 * @target: "device", "cgroup", "path", "pid" when it says where programs are
 *          attached; else ""
 * @value: the default, as text that kx_param_set() takes
 * @kind: when it may change
 */
struct kx_param {
	const char *name;
	const char *type;
	const char *text;
	const char *range;
	const char *target;
	const char *value;
	enum kx_param_kind kind;
};

/**
 * struct kx_hook - a program and where it is attached
 * @program: name of the program
 * @section: libbpf's section name: "tp_btf/sched_process_exec", "xdp"
 * @at: parameters that name the target, separated by blanks; "" for none
 */
struct kx_hook {
	const char *program;
	const char *section;
	const char *at;
};

/**
 * struct kx_map - a map of an extension
 * @name: as in the C file
 * @type: as bpftool writes it: "hash", "ringbuf", "percpu_array"
 * @from: the extension it is imported from; "" when it is its own
 * @key_size: bytes
 * @value_size: bytes
 * @max_entries: how many at most, bytes for ring buffers
 * @exported: 1 when others may import it
 */
struct kx_map {
	const char *name;
	const char *type;
	const char *from;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
	int exported;
};

/**
 * struct kx_dependency - another extension that has to be there
 * @name: its name, or one it provides
 * @version: the oldest that will do, "" for any
 */
struct kx_dependency {
	const char *name;
	const char *version;
};

/**
 * enum kx_channel_kind - ways between kernel code and its users
 * @KX_CHANNEL_LOG: messages
 * @KX_CHANNEL_STREAM: typed records
 * @KX_CHANNEL_COMMAND: kernel code that is called
 * @KX_CHANNEL_FILE: text that is made when it is read
 * @KX_CHANNEL_SHARE: memory that both sides see
 * @KX_CHANNEL_INTAKE: records from user space, in bulk
 * @KX_CHANNEL_DOOR: kernel code asks, a service in user space answers
 */
enum kx_channel_kind {
	KX_CHANNEL_LOG,
	KX_CHANNEL_STREAM,
	KX_CHANNEL_COMMAND,
	KX_CHANNEL_FILE,
	KX_CHANNEL_SHARE,
	KX_CHANNEL_INTAKE,
	KX_CHANNEL_DOOR,
};

/**
 * struct kx_channel - one of them
 * @kind: which
 * @name: as in `kx call INSTANCE.NAME` and its like; of the log: "log"
 * @text: what it is for
 * @in: the type that goes in, as in C: of a command's input, of an intake's record; ""
 *      for none
 * @out: the type that comes out: of a command's output, a stream's record, a share; ""
 *       for none
 * @number: of a command; -1: it has none
 * @writable: of a file: it has a side that is written to
 */
struct kx_channel {
	enum kx_channel_kind kind;
	const char *name;
	const char *text;
	const char *in;
	const char *out;
	int64_t number;
	int writable;
};

/**
 * struct kx_about - what an extension says of itself
 * @name: of the extension; its file's name when the file gives none
 * @version: numbers with dots between, "" when the file gives none
 * @description: one line, or ""
 * @license: as given to the kernel, or ""
 * @hash: SHA-256 of the file, 64 hexadecimal digits
 * @params: parameters, in the order of the file
 * @nr_params: how many
 * @channels: ways to talk to it, in the order of enum kx_channel_kind
 * @nr_channels: how many
 * @hooks: programs that are attached
 * @nr_hooks: how many
 * @maps: maps that are made or imported; not those of global variables
 * @nr_maps: how many
 * @needs: extensions that have to be there
 * @nr_needs: how many
 * @provides: other names it can be needed by
 * @nr_provides: how many
 * @has_init: 1 when kernel code runs at load
 * @has_fini: 1 when kernel code runs at unload
 *
 * All of it belongs to the extension or instance it was asked of.
 */
struct kx_about {
	const char *name;
	const char *version;
	const char *description;
	const char *license;
	const char *hash;
	const struct kx_param *params;
	size_t nr_params;
	const struct kx_channel *channels;
	size_t nr_channels;
	const struct kx_hook *hooks;
	size_t nr_hooks;
	const struct kx_map *maps;
	size_t nr_maps;
	const struct kx_dependency *needs;
	size_t nr_needs;
	const char *const *provides;
	size_t nr_provides;
	int has_init;
	int has_fini;
};

/**
 * kx_extension_open() - read an extension from a file
 * @kx: the context
 * @path: the file, "NAME.bpf.o" as a rule
 * @out: receives the extension, for kx_extension_close()
 *
 * Everything that is relied on later is checked now: a file that is cut, made
 * for another machine, or hostile is refused here.
 *
 * Return: 0; -EINVAL: not a BPF object, or a damaged one, the sentence says what
 * is wrong where; -EFBIG: more than 64 MiB; -ENOMEM; open(2)'s and read(2)'s errno.
 * Context: any thread.
 * Kernel: any; needs no capability.
 * Since: 0.1
 */
int kx_extension_open(struct kx *kx, const char *path,
		      struct kx_extension **out);

/**
 * kx_extension_open_mem() - the same, from memory
 * @kx: the context
 * @elf: the file's bytes; copied
 * @len: how many
 * @name: what to call it when it gives no name; also in sentences
 * @out: receives the extension
 *
 * Return: as kx_extension_open().
 * Context: any thread.
 * Since: 0.1
 */
int kx_extension_open_mem(struct kx *kx, const void *elf, size_t len,
			  const char *name, struct kx_extension **out);

/**
 * kx_extension_find() - find an extension's file by the extension's name
 * @kx: the context
 * @name: the name; NAME.bpf.o is looked for, then one that provides the name
 * @path: directories, in this order; NULL for /etc/kx/extensions, /usr/lib/kx
 * @nr_path: how many
 * @out: receives the extension
 *
 * Return: 0; -ENOENT: no directory has it; -EINVAL: not a name; as
 * kx_extension_open().
 * Context: any thread.
 * Since: 0.1
 */
int kx_extension_find(struct kx *kx, const char *name, const char *const *path,
		      size_t nr_path, struct kx_extension **out);

/**
 * kx_extension_close() - forget an extension
 * @ext: the extension, or NULL
 *
 * Instances of it stay as they are.
 *
 * Context: any.
 * Since: 0.1
 */
void kx_extension_close(struct kx_extension *ext);

/**
 * kx_extension_about() - what an extension says of itself
 * @ext: the extension
 *
 * Return: the description; valid until kx_extension_close().
 * Context: any; never fails.
 * Since: 0.1
 */
const struct kx_about *kx_extension_about(const struct kx_extension *ext);

/*
 * Instances: extensions that are loaded
 */

/**
 * struct kx_instance - a loaded extension
 *
 * Opaque; a handle, of which there may be several. For a held instance that this
 * process loaded, it is what keeps it alive.
 */
struct kx_instance;

/**
 * typedef kx_object_fn - works on an object that is being loaded
 * @ctx: as given in struct kx_load_opts
 * @obj: libbpf's object; not to be loaded, attached or closed
 *
 * Return: 0; a negative errno undoes the load or upgrade, which returns it.
 */
typedef int (*kx_object_fn)(void *ctx, struct bpf_object *obj);

/**
 * struct kx_load_opts - how to load or upgrade; zeros mean the usual
 * @size: sizeof(struct kx_load_opts), so that it can grow
 * @instance: the instance's name; NULL: the extension's
 * @params: settings "name=value"
 * @nr_params: how many
 * @path: directories for needed extensions, as in kx_extension_find()
 * @nr_path: how many
 * @held: not 0: the instance ends with this process
 * @fresh: upgrade only: not 0: maps whose layout differs start anew
 * @wait_ms: how long to wait while another process loads or unloads; 0: 10 s
 * @prepare: settings are applied, nothing is in the kernel yet: the time for sizes of
 *	maps, for constants, and for bpf_program__set_autoload(): a program that is not
 *	loaded is not attached; or NULL
 * @fill: maps and programs are in the kernel, neither init nor a hook has run: the time for
 *	what is in the maps; in an upgrade those that are carried over have their content; or
 *	NULL
 * @ctx: for @prepare and @fill, which are not called for extensions that are needed
 * @confirm_s: not 0: unless kx_confirm() is called within so many seconds, the kernel itself
 *	returns to what was before: to the generation before, or, after a load, to hooks that
 *	do nothing. No process is needed for that
 *
 * What is not within @size is as if it were zero.
 */
struct kx_load_opts {
	size_t size;
	const char *instance;
	const char *const *params;
	size_t nr_params;
	const char *const *path;
	size_t nr_path;
	int held;
	int fresh;
	uint32_t wait_ms;
	kx_object_fn prepare;
	kx_object_fn fill;
	void *ctx;
	uint32_t confirm_s;
};

/**
 * kx_load() - load an extension
 * @kx: the context
 * @ext: the extension; may be closed afterwards
 * @opts: or NULL
 * @out: receives the instance, for kx_instance_close(); NULL for a resident one
 *       that is not looked at
 *
 * What it needs is loaded first; its init runs; its hooks begin to act all at
 * once, at the end. If anything fails, or the process is killed, nothing acts and
 * nothing is listed; what a killed process left is removed by the next one
 * that loads, or by kx_check().
 *
 * Return: 0; -EEXIST: an instance of that name or of the same content is there,
 * the sentence gives its kmid; -EINVAL: a wrong parameter or name; -ENOENT:
 * something needed, imported or attached to is not there; -ELOOP: needs in a
 * circle; -ESTALE: an imported map has another layout; -ECANCELED: init refused;
 * -EBUSY: another process holds the registry, or a hook; -EOPNOTSUPP: this kernel cannot
 * undo what is not confirmed (@opts->confirm_s); -ETIMEDOUT: that time was over before it
 * acted; as kx_object_load().
 * Context: any thread; as long as the verifier takes.
 * Kernel: 6.1; CAP_BPF and what its programs need, and for a resident instance
 * the right to write to /sys/fs/bpf.
 * Since: 0.1
 */
int kx_load(struct kx *kx, struct kx_extension *ext,
	    const struct kx_load_opts *opts, struct kx_instance **out);

/**
 * kx_instance_hold() - make an object that is loaded already a held instance
 * @kx: the context
 * @obj: loaded, by kx_object_load() or kx_skeleton_load(); stays the caller's
 * @elf: the bytes of the file that @obj was made from: its identity
 * @len: how many
 * @out: receives the instance: it is listed until kx_instance_close() or the end
 *       of the process
 *
 * For programs with a skeleton of their own, who attach by themselves.
 *
 * Return: 0; -EINVAL: its tags are wrong, or it has no name; -ENOMEM; bpf(2)'s
 * errno.
 * Context: any thread.
 * Kernel: 6.1; CAP_BPF.
 * Since: 0.1
 */
int kx_instance_hold(struct kx *kx, struct bpf_object *obj, const void *elf,
		     size_t len, struct kx_instance **out);

/**
 * kx_instance_open() - find a loaded instance
 * @kx: the context
 * @who: its name or its kmid
 * @out: receives the instance
 *
 * Return: 0; -ENOENT: nothing of that name or number is loaded; -EACCES: it is
 * there, but its pins are not for this user; -EPROTO: its entry is damaged;
 * -EPROTONOSUPPORT: another version of kx has loaded it; -EXDEV: /sys/fs/bpf is out of
 * sight, as kx_mount_ensure() says.
 * Context: any thread.
 * Kernel: 6.1; a held one by CAP_SYS_ADMIN only, others as their pins allow.
 * Since: 0.1
 */
int kx_instance_open(struct kx *kx, const char *who, struct kx_instance **out);

/**
 * kx_instance_find_same() - find the instance of an extension's content
 * @kx: the context
 * @ext: the extension
 * @out: receives the instance
 *
 * Return: 0; -ENOENT: no instance was loaded from the same bytes.
 * Context: any thread.
 * Since: 0.1
 */
int kx_instance_find_same(struct kx *kx, const struct kx_extension *ext,
			  struct kx_instance **out);

/**
 * kx_instance_close() - give a handle back
 * @inst: the instance, or NULL
 *
 * A held instance of this process ends with it.
 *
 * Context: any.
 * Since: 0.1
 */
void kx_instance_close(struct kx_instance *inst);

/**
 * kx_instances_list() - every instance that this user can see
 * @kx: the context
 * @out: receives an array of handles, by kmid; for kx_instances_free()
 * @nr: receives how many
 *
 * Return: 0, also when there is none; -ENOMEM.
 * Context: any thread. One that goes away meanwhile is left out.
 * Kernel: 6.1; held instances are seen with CAP_SYS_ADMIN only.
 * Since: 0.1
 */
int kx_instances_list(struct kx *kx, struct kx_instance ***out, size_t *nr);

/**
 * kx_instances_free() - give back what kx_instances_list() made
 * @list: the array, or NULL
 * @nr: how many
 *
 * Context: any.
 * Since: 0.1
 */
void kx_instances_free(struct kx_instance **list, size_t nr);

/**
 * struct kx_status - where an instance stands
 * @name: of the instance
 * @kmid: its number; the id of its entry in the kernel, which counts up and
 *        comes back to a number after 2^31 maps
 * @state: "live", "loading", "unloading"; the last two mean that a command is at
 *         work or was killed; "not confirmed": its load was undone, no hook of it acts
 * @held: 1: ends with the process @pid
 * @on_demand: 1: loaded because another needed it
 * @generation: 1, and one more with each upgrade
 * @previous: the generation that kx_rollback() returns to; 0: none
 * @uid: who loaded it
 * @pid: the process that loaded it, as the first pid namespace counts
 * @command: of that process
 * @loaded_ns: when, CLOCK_REALTIME
 * @confirm_ms: time that is left for kx_confirm(); 0: nothing waits for it
 * @not_confirmed: 1: the last load or upgrade was not confirmed in time and so undone
 *
 * Strings belong to the instance.
 */
struct kx_status {
	const char *name;
	uint64_t kmid;
	const char *state;
	int held;
	int on_demand;
	uint32_t generation;
	uint32_t previous;
	uint32_t uid;
	uint32_t pid;
	const char *command;
	uint64_t loaded_ns;
	uint32_t confirm_ms;
	int not_confirmed;
};

/**
 * kx_instance_status() - where an instance stands, now
 * @inst: the instance
 * @out: receives it
 *
 * Context: any; never fails.
 * Since: 0.1
 */
void kx_instance_status(struct kx_instance *inst, struct kx_status *out);

/**
 * kx_instance_about() - what the running generation says of itself
 * @kx: the context
 * @inst: the instance
 * @out: receives it; params[].value is the value now; valid until the next
 *       kx_instance_about() with @inst, or kx_instance_close()
 *
 * Return: 0; -EACCES: not for this user; -EPROTO: its description is damaged;
 * -ENOMEM.
 * Context: any thread.
 * Since: 0.1
 */
int kx_instance_about(struct kx *kx, struct kx_instance *inst,
		      const struct kx_about **out);

/**
 * struct kx_cost - what an instance takes
 * @nr_programs: programs in the kernel, both generations and dispatchers
 * @nr_maps: maps
 * @nr_links: hooks it is attached to
 * @memory: bytes the kernel accounts for its programs and maps
 * @runs: how often its hooks ran while the kernel counted (kernel.bpf_stats_enabled)
 * @run_ns: how long in all
 * @missed: events that the kernel did not show to a program because it was
 *          already running on that CPU
 * @dropped: the sum of the member `dropped` of its map "stats", and of what its streams
 *	     could not take
 */
struct kx_cost {
	uint32_t nr_programs;
	uint32_t nr_maps;
	uint32_t nr_links;
	uint64_t memory;
	uint64_t runs;
	uint64_t run_ns;
	uint64_t missed;
	uint64_t dropped;
};

/**
 * kx_instance_cost() - what an instance takes, now
 * @kx: the context
 * @inst: the instance
 * @out: receives it
 *
 * Return: 0; -EACCES; -ENOMEM.
 * Context: any thread.
 * Since: 0.1
 */
int kx_instance_cost(struct kx *kx, struct kx_instance *inst,
		     struct kx_cost *out);

/**
 * struct kx_user - who uses an instance
 * @instance: name of an instance that needs it or imports from it, or ""
 * @command: of a process that has it open, or ""
 * @pid: that process, or 0
 */
struct kx_user {
	char instance[64];
	char command[16];
	uint32_t pid;
};

/**
 * kx_instance_users() - who uses an instance
 * @kx: the context
 * @inst: the instance
 * @out: receives an array, for free()
 * @nr: receives how many
 *
 * This process is not listed, nor the one that holds a held instance.
 *
 * Return: 0; -ENOMEM.
 * Context: any thread; looks through /proc.
 * Kernel: other users' processes are seen with CAP_SYS_PTRACE only.
 * Since: 0.1
 */
int kx_instance_users(struct kx *kx, struct kx_instance *inst,
		      struct kx_user **out, size_t *nr);

/**
 * struct kx_reachable - one thing that can be reached in an instance
 * @kind: "program", "map", "hook", "dispatcher", "entry", "meta"
 * @name: what it is called
 * @path: its pin; "" in a held instance
 * @id: in the kernel
 * @mode: of the pin, as in stat(2)
 * @uid: its owner
 * @gid: its group
 */
struct kx_reachable {
	const char *kind;
	char name[64];
	char path[192];
	uint32_t id;
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
};

/**
 * kx_instance_reachable() - the table of what can be reached, and by whom
 * @kx: the context
 * @inst: the instance
 * @out: receives an array, for free()
 * @nr: receives how many
 *
 * Return: 0; -EACCES; -ENOMEM.
 * Context: any thread.
 * Since: 0.1
 */
int kx_instance_reachable(struct kx *kx, struct kx_instance *inst,
			  struct kx_reachable **out, size_t *nr);

/**
 * kx_param_get() - read a parameter
 * @kx: the context
 * @inst: the instance
 * @name: the parameter, or a part: "limits.rate", "ports[2]"
 * @out: receives the text, for free(); kx_param_set() takes it
 *
 * Return: 0; -ENOENT: no such parameter; -EACCES; -ENOMEM.
 * Context: one thread uses a handle at a time.
 * Since: 0.1
 */
int kx_param_get(struct kx *kx, struct kx_instance *inst, const char *name,
		 char **out);

/**
 * kx_param_json() - read a parameter as JSON
 * @kx: the context
 * @inst: the instance
 * @name: the parameter, or a part of it
 * @out: receives the value, for free(): a number, true, "text", [1,2], {"a":1};
 *       enumerators as text; valid UTF-8
 *
 * Return: as kx_param_get().
 * Context: one thread uses a handle at a time.
 * Since: 0.1
 */
int kx_param_json(struct kx *kx, struct kx_instance *inst, const char *name,
		  char **out);

/**
 * kx_param_set() - change a live parameter
 * @kx: the context
 * @inst: the instance
 * @name: the parameter, or a part of it
 * @value: as text: 12, 0x1f, on, DROP, hello, 22,80, {.rate=5,.burst=9}
 *
 * The next event sees it. A scalar changes at once, larger values piece by piece.
 *
 * Return: 0; -ENOENT: no such parameter; -EINVAL: not a value of its type;
 * -ERANGE: out of range, the sentence has the range; -EROFS: load-time or
 * read-only; -EACCES.
 * Context: one thread uses a handle at a time; a store to shared memory after
 * the first call.
 * Since: 0.1
 */
int kx_param_set(struct kx *kx, struct kx_instance *inst, const char *name,
		 const char *value);

/**
 * kx_upgrade() - let new code take over
 * @kx: the context
 * @inst: a resident instance
 * @ext: the new code, an extension of the same name
 * @opts: or NULL; params: settings on top of those of the running generation
 *
 * Every event is seen by exactly one of the two. Maps of the same layout go on
 * with their content. Whatever fails, the old code goes on; it stays in the
 * kernel afterwards, for kx_rollback().
 *
 * Return: 0; -EINVAL: another extension, or a wrong parameter; -EEXIST: it runs
 * this very content already, and opts has no prepare or fill; -ESTALE: a map's
 * layout differs, the sentence says how; -EOPNOTSUPP: a held instance, or a
 * program that cannot be switched without a gap; -EBUSY: the change before waits
 * to be confirmed; as kx_load().
 * Context: any thread.
 * Kernel: 6.1; as kx_load().
 * Since: 0.1
 */
int kx_upgrade(struct kx *kx, struct kx_instance *inst,
	       struct kx_extension *ext, const struct kx_load_opts *opts);

/**
 * kx_rollback() - return to the generation before, at once
 * @kx: the context
 * @inst: the instance
 *
 * A second call goes forward again.
 *
 * Return: 0; -ENOENT: there is none; -EBUSY: as kx_load().
 * Context: any thread.
 * Since: 0.1
 */
int kx_rollback(struct kx *kx, struct kx_instance *inst);

/**
 * kx_confirm() - keep what was loaded or upgraded with confirm_s
 * @kx: the context
 * @inst: the instance
 *
 * Return: 0; -ETIMEDOUT: too late, what was before acts again; -ENOENT: nothing waits to be
 * confirmed; -EOPNOTSUPP: it is held; -EACCES.
 * Context: any thread; what counts is done at once, without waiting for others.
 * Since: 0.1
 */
int kx_confirm(struct kx *kx, struct kx_instance *inst);

/**
 * enum kx_unload_flags - bits
 * @KX_UNLOAD_WITH_USERS: instances that use it are unloaded first; processes that
 *	have it open are left with what they hold
 */
enum kx_unload_flags {
	KX_UNLOAD_WITH_USERS = 1 << 0,
};

/**
 * kx_unload() - unload a resident instance
 * @kx: the context
 * @inst: the instance; the handle still wants kx_instance_close()
 * @flags: bits of enum kx_unload_flags
 *
 * Its hooks stop acting at once, its fini runs, then all of it goes.
 *
 * Return: 0; -EBUSY: it is used, the sentence names by whom; or as kx_load();
 * -EOPNOTSUPP: a held instance of another process; -EACCES.
 * Context: any thread.
 * Since: 0.1
 */
int kx_unload(struct kx *kx, struct kx_instance *inst, unsigned int flags);

/**
 * kx_unload_unused() - unload what was loaded on demand and is not used any more
 * @kx: the context
 * @nr: receives how many were
 *
 * Return: 0; as kx_unload().
 * Context: any thread.
 * Since: 0.1
 */
int kx_unload_unused(struct kx *kx, size_t *nr);

/**
 * typedef kx_check_fn - is told of one thing that is not as it should be
 * @ctx: as given to kx_check()
 * @what: one sentence
 * @repaired: 1: it has been repaired; 0: not asked to; else a negative errno
 */
typedef void (*kx_check_fn)(void *ctx, const char *what, int repaired);

/**
 * kx_check() - find what killed commands have left, and repair it
 * @kx: the context
 * @repair: not 0: repair it: afterwards there is exactly what was before the
 *          command, or exactly what it was to bring about
 * @fn: is told of each thing, or NULL
 * @ctx: for @fn
 *
 * Return: how many things were found; -EBUSY as kx_load(); -EACCES.
 * Context: any thread.
 * Since: 0.1
 */
int kx_check(struct kx *kx, int repair, kx_check_fn fn, void *ctx);

/*
 * Streams: logs and events
 */

/**
 * struct kx_stream - the reading end of an instance's log or of one of its streams
 *
 * Opaque. Any number of readers each see every record; nobody keeps the instance from
 * going: what it has said until then can still be read. One thread uses it at
 * a time, and its context meanwhile.
 */
struct kx_stream;

/**
 * enum kx_stream_flags - bits
 * @KX_STREAM_NEW: only what is said from now on; else what is still there comes first
 */
enum kx_stream_flags {
	KX_STREAM_NEW = 1 << 0,
};

/**
 * struct kx_event - a record, as a reader sees it
 * @time_ns: when, CLOCK_BOOTTIME
 * @nr: which record of its CPU, counted from the stream's beginning
 * @cpu: where it was written
 * @generation: of the code that wrote it, modulo 2^16
 * @level: of a message: enum kx_level; -1 of other records
 * @bytes: what was written, aligned to 8: the record's type, or a message's arguments;
 *         valid until the reader's function returns
 * @len: bytes that may be read, up to 15 more than were written
 * @lost: records of that CPU that are missing before this one, because they were
 *        overwritten before they were read, or dropped
 */
struct kx_event {
	uint64_t time_ns;
	uint64_t nr;
	uint32_t cpu;
	uint32_t generation;
	int level;
	const void *bytes;
	size_t len;
	uint64_t lost;
};

/**
 * typedef kx_event_fn - takes one record
 * @ctx: as given to kx_stream_dispatch()
 * @stream: where it is from
 * @event: the record
 *
 * Return: 0 or more to go on; a negative value to stop kx_stream_dispatch(): the
 * record counts as taken.
 */
typedef int (*kx_event_fn)(void *ctx, struct kx_stream *stream, const struct kx_event *event);

/**
 * kx_stream_open() - read a log or a stream
 * @kx: the context; must outlive the stream
 * @inst: the instance; may be closed afterwards
 * @name: of the stream; "log" for the messages
 * @flags: bits of enum kx_stream_flags
 * @out: receives the stream, for kx_stream_close()
 *
 * Return: 0; -ENOENT: it has no such stream, the sentence says which it has; -EINVAL: an
 * unknown flag; -EACCES: not for this user; -EPROTO: the stream is not one;
 * -ENOMEM.
 * Context: any thread.
 * Kernel: 6.1; the right to read the map's pin. Who may write too reads without
 * system calls; others get copies.
 * Since: 0.1
 */
int kx_stream_open(struct kx *kx, struct kx_instance *inst, const char *name,
		   unsigned int flags, struct kx_stream **out);

/**
 * kx_stream_fd() - what to poll for a stream
 * @stream: the stream
 *
 * Readable when there may be something for kx_stream_dispatch().
 *
 * Return: the descriptor; owned by @stream, close-on-exec.
 * Context: any; never fails.
 * Since: 0.1
 */
int kx_stream_fd(const struct kx_stream *stream);

/**
 * kx_stream_dispatch() - take what there is
 * @stream: the stream
 * @fn: is called for each record, in the order of time as far as it can be known: in
 *      that of their numbers on each CPU
 * @ctx: for @fn
 *
 * Takes at most what was there when it was called, so that it returns.
 *
 * Return: how many records were handed over, 0 when there was none; or the
 * negative value that @fn returned; -ENODEV: there is none, and none will come: the
 * instance is gone; -EPROTO: the stream's content is not possible.
 * Context: one thread at a time; never blocks.
 * Since: 0.1
 */
int kx_stream_dispatch(struct kx_stream *stream, kx_event_fn fn, void *ctx);

/**
 * kx_stream_loss() - the account of a stream, as this reader has it
 * @stream: the stream
 * @out: receives it: what was produced, as far as this reader has come, handed over,
 *	 and lost, because it was overwritten before it was read or dropped. Without
 *	 KX_STREAM_NEW it begins when the instance was loaded. When nobody writes and
 *	 kx_stream_dispatch() has returned 0, it is all that was ever produced
 *
 * Context: one thread at a time; never fails.
 * Since: 0.1
 */
void kx_stream_loss(const struct kx_stream *stream, struct kx_loss *out);

/**
 * kx_stream_instance() - whose stream it is
 * @stream: the stream
 *
 * Return: the instance's name; valid until kx_stream_close().
 * Context: any; never fails.
 * Since: 0.1
 */
const char *kx_stream_instance(const struct kx_stream *stream);

/**
 * kx_stream_extension() - what the instance is of
 * @stream: the stream
 *
 * Return: the extension's name; valid until kx_stream_close().
 * Context: any; never fails.
 * Since: 0.1
 */
const char *kx_stream_extension(const struct kx_stream *stream);

/**
 * kx_stream_kmid() - whose stream it is
 * @stream: the stream
 *
 * Return: the instance's kmid.
 * Context: any; never fails.
 * Since: 0.1
 */
uint64_t kx_stream_kmid(const struct kx_stream *stream);

/**
 * kx_stream_name() - which of its streams it is
 * @stream: the stream
 *
 * Return: its name, "log" for the messages; valid until kx_stream_close().
 * Context: any; never fails.
 * Since: 0.1
 */
const char *kx_stream_name(const struct kx_stream *stream);

/**
 * kx_event_text() - a record as text
 * @stream: where it is from
 * @event: the record
 * @buf: receives a message as its author wrote it, a record as ".a=1,.b=2" without the
 *	 outer braces; one line: control characters are escaped as in C; terminated, cut
 *	 if need be
 * @len: bytes of @buf
 *
 * What cannot be formatted, because the generation that wrote it is gone or its bytes
 * make no sense, is shown as hexadecimal words.
 *
 * Return: the length of the whole text, as snprintf() does.
 * Context: one thread at a time; never fails.
 * Since: 0.1
 */
size_t kx_event_text(struct kx_stream *stream, const struct kx_event *event,
		     char *buf, size_t len);

/**
 * kx_event_json() - a record as a JSON value
 * @stream: where it is from
 * @event: the record
 * @buf: receives {"a":1,...}, or of a message {"message":"...","args":[...],
 *	 "source":"file.bpf.c:12"}, in which args has null for what was not there, and
 *	 of a message without its text [] and "source" null; valid UTF-8, terminated,
 *	 cut if need be
 * @len: bytes of @buf
 *
 * Return: as kx_event_text().
 * Context: one thread at a time; never fails.
 * Since: 0.1
 */
size_t kx_event_json(struct kx_stream *stream, const struct kx_event *event,
		     char *buf, size_t len);

/**
 * kx_stream_close() - stop reading
 * @stream: the stream, or NULL
 *
 * Context: not from within the reader's function.
 * Since: 0.1
 */
void kx_stream_close(struct kx_stream *stream);

/*
 * Commands
 */

/**
 * struct kx_command - a command that can be called
 *
 * Opaque; one thread uses it at a time. It follows the instance through upgrades.
 */
struct kx_command;

/**
 * kx_command_open() - find a command
 * @kx: the context; must outlive the command
 * @inst: the instance; may be closed afterwards
 * @name: the command's name, or its number
 * @out: receives the command, for kx_command_close()
 *
 * Return: 0; -ENOENT: it has no such command, the sentence says which it has; -EACCES:
 * not for this user: the mode of its pin decides; -ENOMEM.
 * Context: any thread.
 * Kernel: 6.1; the right to read the program's pin, no capability.
 * Since: 0.1
 */
int kx_command_open(struct kx *kx, struct kx_instance *inst, const char *name,
		    struct kx_command **out);

/**
 * kx_command_sizes() - the sizes of a command's blocks
 * @command: the command
 * @in_len: receives the bytes of its input
 * @out_len: receives the bytes of its output
 *
 * Context: any; never fails.
 * Since: 0.1
 */
void kx_command_sizes(const struct kx_command *command, size_t *in_len, size_t *out_len);

/**
 * kx_call() - call a command
 * @command: the command
 * @in: its input, of any alignment; NULL when it takes none
 * @in_len: bytes: exactly those of its input type
 * @out: receives its output, whatever the result; NULL when @out_len is 0
 * @out_len: bytes: exactly those of its output type, or 0: it is not wanted
 * @result: receives what the command returned; may be NULL
 *
 * The kernel gets a copy: @in and @out may be the same memory. A command that takes large
 * blocks serves 16 callers at a time; for the next one @result is -EBUSY. While the
 * instance is upgraded, it asks again, for a second at most.
 *
 * Return: 0: the command ran; -EINVAL: a size that is not the type's, or NULL where bytes
 * were announced; nothing was called; -ENODEV: the instance is gone, or being
 * unloaded (a held one whose process was killed can still be called by who has the
 * command open); -ESTALE: an upgrade has changed the types, or taken the command
 * away; open it again; -EACCES.
 * Context: one thread at a time; blocks as long as the command runs.
 * Kernel: as kx_command_open().
 * Since: 0.1
 */
int kx_call(struct kx_command *command, const void *in, size_t in_len,
	    void *out, size_t out_len, int *result);

/**
 * kx_call_text() - call a command with text
 * @command: the command
 * @args: "key=value" for members of its input, as kx_param_set() has values; or one
 *        JSON value; for input that is no structure, one value. What is not
 *        given is zero
 * @nr_args: how many
 * @out: receives the output as a JSON value, "null" when it has none, for free(); may be
 *       NULL
 * @result: receives what the command returned; may be NULL
 *
 * Return: as kx_call(); -EINVAL: an argument is not of its type, -ERANGE: does not fit,
 * -ENOENT: no such member: the sentence has what is allowed, nothing was called.
 * Context: as kx_call().
 * Since: 0.1
 */
int kx_call_text(struct kx_command *command, const char *const *args, size_t nr_args,
		 char **out, int *result);

/**
 * kx_command_close() - forget a command
 * @command: the command, or NULL
 *
 * Context: any.
 * Since: 0.1
 */
void kx_command_close(struct kx_command *command);

/*
 * Files
 */

/**
 * kx_file_open() - open a file of an instance
 * @kx: the context
 * @inst: the instance
 * @name: of the file
 *
 * The same as open(2) on its pin, also for a held instance, which has none.
 *
 * Return: a descriptor for read(2), close-on-exec: the text is made as it is read;
 * -ENOENT: it has no such file, the sentence says which it has; -EACCES: not for this
 * user; -EPERM: one of a held instance, which takes CAP_SYS_ADMIN; -ENODEV: its process
 * has ended.
 * Context: any thread.
 * Kernel: 6.1; the right to read the file's pin.
 * Since: 0.1
 */
int kx_file_open(struct kx *kx, struct kx_instance *inst, const char *name);

/**
 * typedef kx_source_fn - gives bytes
 * @ctx: the caller's
 * @buf: receives them
 * @len: room
 *
 * Return: how many, 0 at the end, or a negative errno.
 */
typedef long (*kx_source_fn)(void *ctx, void *buf, size_t len);

/**
 * kx_file_write() - hand bytes to a file's writing side
 * @kx: the context
 * @inst: the instance
 * @name: of the file
 * @source: gives the bytes
 * @ctx: for @source
 *
 * The extension gets pieces, all but the last of KX_WRITE_MAX bytes; where there is
 * nothing to write, one without bytes. Each piece is handed over when the next one has
 * been read. What it has taken before a failure stays taken.
 *
 * Return: 0; -ENOENT: no such file; -EOPNOTSUPP: it cannot be written to; -EACCES;
 * a negative result of @source; -EIO and the sentence: the extension refused it.
 * Context: any thread.
 * Since: 0.1
 */
int kx_file_write(struct kx *kx, struct kx_instance *inst, const char *name,
		  kx_source_fn source, void *ctx);

/*
 * Shares
 */

/**
 * struct kx_share - a share that is mapped
 *
 * Opaque.
 */
struct kx_share;

/**
 * enum kx_share_flags - bits
 * @KX_SHARE_WRITE: it will be written to, too
 */
enum kx_share_flags {
	KX_SHARE_WRITE = 1 << 0,
};

/**
 * kx_share_map() - have a share in this process's memory
 * @kx: the context; must outlive the share
 * @inst: the instance; may be closed afterwards, the memory stays
 * @name: of the share
 * @flags: bits of enum kx_share_flags
 * @out: receives the share, for kx_share_unmap()
 *
 * The bytes are kernel code's own: it sees what is written, and changes what is read at
 * any time; kx_read_begin() of kx/seq.h keeps together what belongs together. An upgrade
 * leaves it as it is, and so does unloading: nobody writes to it any more then.
 *
 * Return: 0; -ENOENT: it has no such share, the sentence says which it has; -EACCES: not
 * for this user; -EINVAL: an unknown flag; -EBUSY: as kx_share_refresh(); -ENOMEM.
 * Context: any thread.
 * Kernel: 6.1; the right to read and write the map's pin. Who may only read
 * gets a copy, which kx_share_refresh() makes anew.
 * Since: 0.1
 */
int kx_share_map(struct kx *kx, struct kx_instance *inst, const char *name,
		 unsigned int flags, struct kx_share **out);

/**
 * kx_share_bytes() - the memory
 * @share: the share
 * @len: receives its bytes; may be NULL
 *
 * Return: where it is, aligned to a page; valid until kx_share_unmap().
 * Context: any; never fails.
 * Since: 0.1
 */
void *kx_share_bytes(const struct kx_share *share, size_t *len);

/**
 * kx_share_refresh() - read a copy anew
 * @share: the share
 *
 * What is in a copy belongs together where the share begins with a struct kx_seq.
 *
 * Return: 1: it is mapped, there is nothing to do; 0: the copy is new; -ENODEV: the
 * instance is gone; -ESTALE: an upgrade has begun the share anew, map it again; -EBUSY:
 * somebody writes without an end, or too often for a copy.
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_share_refresh(struct kx_share *share);

/**
 * kx_share_json() - what is in a share, as JSON
 * @share: the share
 * @path: a part of it: ".limits[2]"; "" for all
 * @out: receives the value, for free()
 *
 * Where the share begins with a struct kx_seq, what is shown belongs together.
 *
 * Return: 0; -ENOENT: no such part; -EBUSY: somebody writes without an end; -ENOMEM.
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_share_json(struct kx_share *share, const char *path, char **out);

/**
 * kx_share_text() - what is in a share, as text that kx_share_set() takes
 * @share: the share
 * @path: a part of it; "" for all
 * @out: receives it, for free()
 *
 * Return: as kx_share_json().
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_share_text(struct kx_share *share, const char *path, char **out);

/**
 * kx_share_set() - store a value in a share
 * @share: the share, mapped with KX_SHARE_WRITE
 * @path: a part of it; "" for all
 * @value: as text, as kx_param_set() has it
 *
 * Where the share begins with a struct kx_seq, that lock is taken for the store.
 *
 * Return: 0; -EACCES: it was not mapped for writing; -ENOENT: no such part; -EINVAL: not a
 * value of its type, or the lock itself; -ERANGE: does not fit; -EBUSY: somebody writes
 * without an end; -ENOMEM. Nothing was changed then.
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_share_set(struct kx_share *share, const char *path, const char *value);

/**
 * kx_share_unmap() - give the memory back
 * @share: the share, or NULL
 *
 * Context: any.
 * Since: 0.1
 */
void kx_share_unmap(struct kx_share *share);

/*
 * Intakes
 */

/**
 * struct kx_intake - the writing end of an intake
 *
 * Opaque. One process writes to an intake at a time; one thread uses it at a time. It
 * follows the instance through upgrades.
 */
struct kx_intake;

/**
 * kx_intake_open() - give records to an extension
 * @kx: the context; must outlive the intake
 * @inst: the instance; may be closed afterwards
 * @name: of the intake
 * @out: receives the intake, for kx_intake_close()
 *
 * What an earlier writer has left is taken with the first kx_intake_flush(), and counted
 * there. A writer that is killed leaves whole records only.
 *
 * Return: 0; -ENOENT: it has no such intake, the sentence says which it has; -EBUSY:
 * another process is writing; -EACCES: not for this user; -EPROTO: the intake is not one;
 * -ENODEV; -ENOMEM.
 * Context: any thread.
 * Kernel: 6.1; the right to read the pin of its program, to read and write that of its
 * ring, and to read the directory intakes/NAME of the instance: its lock.
 * Since: 0.1
 */
int kx_intake_open(struct kx *kx, struct kx_instance *inst, const char *name,
		   struct kx_intake **out);

/**
 * kx_intake_size() - the size of an intake's records
 * @intake: the intake
 *
 * Return: the bytes of a record, what kx_intake_put() takes.
 * Context: any; never fails.
 * Since: 0.1
 */
size_t kx_intake_size(const struct kx_intake *intake);

/**
 * kx_intake_put() - one record
 * @intake: the intake
 * @record: its bytes
 * @len: exactly those of the record's type
 *
 * The extension sees it when the room is full, or with kx_intake_flush().
 *
 * Return: 0; -EINVAL: another length; as kx_intake_flush(): the record was not put then.
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_intake_put(struct kx_intake *intake, const void *record, size_t len);

/**
 * kx_intake_put_text() - one record, from text
 * @intake: the intake
 * @line: JSON, or ".a=1,.b=2"; or the text itself where the type is an array of char
 *
 * Return: as kx_intake_put(); -EINVAL, -ERANGE, -ENOENT: not of the type, the sentence
 * says why; nothing was put.
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_intake_put_text(struct kx_intake *intake, const char *line);

/**
 * kx_intake_flush() - let the extension take what waits
 * @intake: the intake
 * @taken: receives how many records it has taken since kx_intake_open(); may be NULL
 * @refused: receives how many it has refused; may be NULL
 *
 * Both are received whatever the result. What was put, and what waited at the beginning,
 * is taken, refused, or still waits.
 *
 * Return: 0; -ENODEV: the instance is gone; -ESTALE: an upgrade has taken the intake away
 * or begun it anew; -EBUSY: somebody else runs the intake's program, without an end;
 * -EPROTO: somebody else has written to the ring; -EACCES.
 * Context: one thread at a time.
 * Since: 0.1
 */
int kx_intake_flush(struct kx_intake *intake, uint64_t *taken, uint64_t *refused);

/**
 * kx_intake_close() - stop; what waits and was not flushed is seen by the next writer
 * @intake: the intake, or NULL
 *
 * Context: any.
 * Since: 0.1
 */
void kx_intake_close(struct kx_intake *intake);

/*
 * Doors
 */

/**
 * struct kx_door - a service that answers what kernel code asks
 *
 * Opaque. kx_door_dispatch() and kx_door_answer() may run in several threads at once, all
 * other functions in one; the context is the door's as long as others use it.
 */
struct kx_door;

/**
 * struct kx_question - what a service is asked
 * @id: of this question, for kx_door_answer(); 0: it is told, no answer is expected
 * @time_ns: when, CLOCK_MONOTONIC
 * @opcode: the author's own
 * @pid: the process that asks and waits; 0 and "" in all of these when @id is 0
 * @tid: its thread
 * @uid: its user
 * @gid: its group
 * @comm: its name
 * @request: of the door's request type, aligned to 8
 * @len: its bytes
 */
struct kx_question {
	uint64_t id;
	uint64_t time_ns;
	uint32_t opcode;
	uint32_t pid;
	uint32_t tid;
	uint32_t uid;
	uint32_t gid;
	const char *comm;
	const void *request;
	size_t len;
};

/**
 * struct kx_answer - what it answers
 * @verdict: 0, or a negative errno from -1 to -511
 * @keep_ms: for how long the kernel gives this answer to the same question; 0: not
 * @reply: of the door's reply type; NULL: zeros
 * @len: exactly its bytes; 0 with NULL
 */
struct kx_answer {
	int verdict;
	uint32_t keep_ms;
	const void *reply;
	size_t len;
};

/**
 * struct kx_door_counts - the account of a door, since its extension was loaded
 * @asked: questions: the sum of the next ten, once none waits
 * @answered: the service has answered
 * @cached: the kernel has, as the service had told it
 * @nobody: the default, because nobody served
 * @deadline: because no answer came in time
 * @full: because too many waited
 * @died: because the service ended meanwhile
 * @garbage: because the answer could be none
 * @cannot: because the task, or this kernel, could not wait there
 * @gone: the task was killed, or began another call, while it waited
 * @exempt: calls of the service's own tasks; not asked
 * @twice: answers refused: the question had one
 * @late: answers refused: no such question waited
 * @foreign: answers refused: they came from another process
 * @told: messages that expect no answer
 * @lost: of those, the ones that found no room, or nobody
 */
struct kx_door_counts {
	uint64_t asked;
	uint64_t answered;
	uint64_t cached;
	uint64_t nobody;
	uint64_t deadline;
	uint64_t full;
	uint64_t died;
	uint64_t garbage;
	uint64_t cannot;
	uint64_t gone;
	uint64_t exempt;
	uint64_t twice;
	uint64_t late;
	uint64_t foreign;
	uint64_t told;
	uint64_t lost;
};

/* What a handler returns when it, or another thread, calls kx_door_answer() by itself. */
#define KX_DOOR_LATER	1

/**
 * typedef kx_door_fn - answers a question
 * @ctx: as given to kx_door_create()
 * @question: valid during the call
 * @answer: zeros; what it is to be; not sent for what is only told
 *
 * Return: 0: @answer is sent; KX_DOOR_LATER: it is not; a negative errno: it is not, and
 * kx_door_dispatch() returns it.
 */
typedef int (*kx_door_fn)(void *ctx, const struct kx_question *question,
			  struct kx_answer *answer);

/**
 * kx_door_create() - be able to serve a door
 * @kx: the context; must outlive the door
 * @inst: the instance; may be closed afterwards
 * @name: of the door
 * @fn: the handler
 * @ctx: handed to @fn; the caller's
 * @out: receives the door, for kx_door_close()
 *
 * Nobody is asked yet: that begins with kx_door_attach().
 *
 * Return: 0; -ENOENT: it has no such door, the sentence says which it has; -EACCES: not
 * for this user; -EPROTO: the door is not one; -ENODEV; -ENOMEM.
 * Context: any thread.
 * Kernel: 6.1; the right to read the pin of its program, and to read and write those of
 * its ring, its slots and its server.
 * Since: 0.1
 */
int kx_door_create(struct kx *kx, struct kx_instance *inst, const char *name, kx_door_fn fn,
		   void *ctx, struct kx_door **out);

/**
 * kx_door_attach() - serve from now on
 * @door: the door
 *
 * Starts a small process, the keeper, which gives the default to what waits too long, and
 * to all when this process ends, however it does. It is no child that wait(2) reports.
 *
 * Return: 0; -EBUSY: somebody else serves; -EPERM: this user can neither block nor
 * continue who asks, the sentence says what is missing; -EALREADY: it is attached; errno
 * of clone(2).
 * Context: any thread.
 * Kernel: 6.1; CAP_SYS_ADMIN (it mounts a FUSE that nobody else sees) to block who asks, or
 * CAP_KILL to stop and continue it.
 * Since: 0.1
 */
int kx_door_attach(struct kx_door *door);

/**
 * kx_door_way() - how those who ask are made to wait
 * @door: the door, attached
 *
 * Return: "block": within the hook, nothing is seen of it; "stop": stopped by a signal,
 * and its call begins again; "seccomp": held by seccomp; "" before kx_door_attach().
 * Context: any; never fails.
 * Since: 0.1
 */
const char *kx_door_way(const struct kx_door *door);

/**
 * kx_door_fd() - what to poll for a door
 * @door: the door
 *
 * Return: the descriptor; owned by @door, close-on-exec; readable while something waits to
 * be dispatched.
 * Context: any; never fails.
 * Since: 0.1
 */
int kx_door_fd(const struct kx_door *door);

/**
 * kx_door_dispatch() - take one question, and have it answered
 * @door: the door
 *
 * Call it until it returns 0. Where the handler may take long, have several threads that
 * poll and call it. Call it about once a second also when nothing can be read: that
 * is how the end of the instance is seen.
 *
 * Return: 1: one was handled; 0: none waits; -ENODEV: the instance is gone; -ESTALE: an
 * upgrade has begun the door anew (what was taken before can still be answered); -EPROTO:
 * somebody else has written to the ring; what the handler has returned below 0; for a
 * listener: -ENODEV: all that it held have ended.
 * Context: several threads at once; never blocks, but for the handler.
 * Since: 0.1
 */
int kx_door_dispatch(struct kx_door *door);

/**
 * kx_door_answer() - answer a question
 * @door: the door
 * @id: of the question
 * @answer: what it gets
 *
 * Return: 0; -ESTALE: no such question waits (any more); -EALREADY: it has been answered;
 * -EPERM: this process does not serve the door; -EINVAL: the verdict can be none, the
 * question got the default; or @answer->len is not that of the reply type, and nothing
 * has happened. All but the last are counted.
 * Context: any thread.
 * Since: 0.1
 */
int kx_door_answer(struct kx_door *door, uint64_t id, const struct kx_answer *answer);

/**
 * kx_door_counts() - the account
 * @door: the door
 * @out: receives it
 *
 * Context: any; never fails.
 * Since: 0.1
 */
void kx_door_counts(struct kx_door *door, struct kx_door_counts *out);

/**
 * kx_door_question_json() - a question as JSON
 * @door: the door
 * @question: the question
 * @out: receives an object with its id, opcode, caller and request, for free()
 *
 * Return: 0; -ENOMEM.
 * Context: any thread.
 * Since: 0.1
 */
int kx_door_question_json(struct kx_door *door, const struct kx_question *question, char **out);

/**
 * kx_door_answer_json() - answer a question by JSON
 * @door: the door
 * @id: of the question; 0: the object has a member "id"
 * @json: an object: "verdict": 0, a negative errno, or its name ("EACCES"); "keep_ms";
 *        "reply": of the reply type; "id". What is not given is zero
 *
 * Return: as kx_door_answer(); -EINVAL: it is no such object: the question gets the default
 * (where its id is known), the sentence says why.
 * Context: any thread.
 * Since: 0.1
 */
int kx_door_answer_json(struct kx_door *door, uint64_t id, const char *json);

/**
 * kx_door_revoke() - serve no more
 * @door: the door
 *
 * What waits gets the default. kx_door_attach() may follow, but for kx_door_listen().
 *
 * Context: no other thread uses the door.
 * Since: 0.1
 */
void kx_door_revoke(struct kx_door *door);

/**
 * kx_door_close() - revoke, and forget
 * @door: the door, or NULL
 *
 * Context: as kx_door_revoke().
 * Since: 0.1
 */
void kx_door_close(struct kx_door *door);

/**
 * kx_door_filter() - have system calls of this process and its children held for a service
 * @kx: the context
 * @calls: numbers of the calls
 * @nr: how many, at most 64
 * @out: receives the descriptor of the listener, for kx_door_listen() of another process
 *
 * To be called between fork(2) and execve(2). It cannot be undone. The process gets
 * PR_SET_NO_NEW_PRIVS where it has not CAP_SYS_ADMIN.
 *
 * Return: 0; -EINVAL: too many; -EBUSY: it is held by another listener already; errno of
 * seccomp(2).
 * Context: the calling thread.
 * Kernel: 5.5 (x86-64); no capability.
 * Since: 0.1
 */
int kx_door_filter(struct kx *kx, const int *calls, size_t nr, int *out);

/**
 * kx_door_listen() - serve what a listener holds
 * @kx: the context; must outlive the door
 * @listener: from kx_door_filter(); the door takes it over
 * @deadline_ms: for how long a call is held
 * @fallback: what it gets then: 0: it is made; a negative errno
 * @fn: the handler: its requests are struct kx_call_request of kx/abi.h, its replies
 *      struct kx_call_reply
 * @ctx: handed to @fn; the caller's
 * @out: receives the door, attached, for kx_door_close()
 *
 * A path is copied from the memory of the process, which may change it before its call
 * is made: what is allowed is not what was seen for certain; what is refused, is.
 *
 * A small process, the keeper, which is started here, has the listener too. It gives
 * @fallback to what waits longer than @deadline_ms, also when this process hangs, and when it
 * has ended, or revoked the door, at once to all that waits or comes, until the last
 * of those that are held has ended. 256 calls wait at most; others get @fallback.
 *
 * Return: 0; -EINVAL: not a listener; -ENOMEM; errno of epoll_create(2) or clone(2).
 * Context: any thread.
 * Kernel: 5.5 (x86-64); the right to read the memory of those that are held.
 * Since: 0.1
 */
int kx_door_listen(struct kx *kx, int listener, uint32_t deadline_ms, int fallback,
		   kx_door_fn fn, void *ctx, struct kx_door **out);

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

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
