// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The way back for who has shut himself out: a timer of the kernel that needs no process. When
 * a change is not confirmed in time, it stores the slot before into the gate, unless a command
 * was faster: whoever sets until_ns to 0 decides.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#include <kx/abi.h>

char gpl[] SEC("license") = "GPL";

#define BOOTTIME	7

struct kx_wakeup {
	struct bpf_timer timer;
	__u64 until_ns;		/* as in the entry: whose change it is for */
};

/* Pinned as long as somebody may confirm; the timer ends with it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct kx_wakeup);
} kx_alarm SEC(".maps");

/* The instance's entry, put here by libkx. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kx_entry);
} kx_gate SEC(".maps");

/* Activations are numbered: this slot's was the last. */
static void mark(struct kx_entry *entry, __u32 slot)
{
	__u32 newest = 0;

	for (int i = 1; i < KX_NR_SLOTS; i++)
		newest = entry->seen[i] > newest ? entry->seen[i] : newest;
	/* In this form older verifiers see that it is within. */
	if (slot)
		entry->seen[slot % KX_NR_SLOTS] = newest + 1;
}

static int ring(void *map, __u32 *key, struct kx_wakeup *alarm)
{
	__u64 until = alarm->until_ns;
	struct kx_entry *entry;
	__u32 zero = 0, slot;

	entry = bpf_map_lookup_elem(&kx_gate, &zero);
	if (!entry || !until || __sync_val_compare_and_swap(&entry->until_ns, until, 0) != until)
		return 0;
	slot = entry->new_slot;
	/* Said before: a command that is late, and switches only now, looks at it then. */
	__sync_lock_test_and_set(&entry->not_confirmed, slot);
	if (__sync_val_compare_and_swap(&entry->active, slot, entry->back_slot) == slot)
		mark(entry, entry->back_slot);
	return 0;
}

/* Run once, with the time in nanoseconds. */
struct wish {
	__u64 delay_ns;
};

SEC("syscall")
int kx_arm(struct wish *wish)
{
	struct kx_entry *entry;
	struct kx_wakeup *alarm;
	__u32 zero = 0;
	long err;

	entry = bpf_map_lookup_elem(&kx_gate, &zero);
	alarm = bpf_map_lookup_elem(&kx_alarm, &zero);
	if (!entry || !alarm)
		return -1;
	err = bpf_timer_init(&alarm->timer, &kx_alarm, BOOTTIME);
	err = err ?: bpf_timer_set_callback(&alarm->timer, ring);
	if (err)
		return err;
	alarm->until_ns = bpf_ktime_get_boot_ns() + wish->delay_ns;
	entry->until_ns = alarm->until_ns;
	return bpf_timer_start(&alarm->timer, wish->delay_ns, 0);
}
