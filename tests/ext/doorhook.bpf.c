// SPDX-License-Identifier: GPL-2.0-only
/* A door that security hooks ask: files below one directory, and none else. */
#include <vmlinux.h>
#include <kx/door.bpf.h>
#include <kx/sleep.bpf.h>

#ifndef VERSION
#define VERSION	"1.0.0"
#endif
KX_EXTENSION("doorhook", VERSION, "asks a service whether files may be opened");
KX_LICENSE("GPL");

KX_PARAM(char[16], prefix, "what the names of the files begin with") = "kxdoor-";
KX_PARAM(bool, stop, "stop the task rather than block it") = false;

KX_DOOR(guard, struct kx_call_request, struct kx_call_reply, "may this file be opened?");

/* As a request is too long for the stack beside the rest. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kx_call_request);
} empty SEC(".maps");

static __always_inline int is_ours(struct file *file, struct kx_call_request *request)
{
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);

	if (bpf_probe_read_kernel_str(request->path, 64, name) < 0)
		return 0;
	for (int i = 0; i < 15; i++) {
		if (!prefix[i])
			return 1;
		if (prefix[i] != request->path[i])
			return 0;
	}
	return 1;
}

SEC("lsm.s/file_open")
int BPF_PROG(opens, struct file *file)
{
	struct kx_call_request request = {};
	struct kx_call_reply reply;

	KX_TURN(0);
	if (stop || !is_ours(file, &request))
		return 0;
	request.operation = KX_OPERATION_OPEN;
	request.number = -1;
	return guard_wait(KX_OPERATION_OPEN, 0, &request, &reply);
}

SEC("lsm/file_open")
int BPF_PROG(stops, struct file *file)
{
	struct kx_call_request request = {};
	struct kx_call_reply reply;

	if (!stop || !is_ours(file, &request))
		return 0;
	request.operation = KX_OPERATION_OPEN;
	request.number = -1;
	return guard_ask(KX_OPERATION_OPEN, 0, &request, &reply);
}
