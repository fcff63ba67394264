/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The addresses of a socket, for who is told of its descriptor. */
#ifndef KXTRACE_SOCKETS_H
#define KXTRACE_SOCKETS_H

#include <bpf/bpf_endian.h>

#include "capture.h"
#include "fd.h"

const volatile struct kxt_fd_settings fd_settings;

/* Where there is this (from 6.2 on), a field is one load, else the call of a helper. */
extern void *bpf_rdonly_cast(const void *obj, __u32 btf_id) __ksym __weak;

#define FIELD(type, from, field)					\
	(fd_settings.casts ?						\
	 ((type *)bpf_rdonly_cast((const void *)(from),			\
				  bpf_core_type_id_kernel(type)))->field : \
	 BPF_CORE_READ((type *)(from), field))

#define SOCKFS_MAGIC_	0x534f434b
#define AF_UNIX		1
#define AF_INET		2
#define AF_INET6	10
#define AF_NETLINK	16
#define SUN_PATH_MAX	108
#define SUN_PATH_OFFSET	2

static __always_inline void fill_inet(struct kxt_socket *info, struct sock *sk)
{
	info->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	info->peer_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	if (info->family == AF_INET) {
		*(u32 *)info->addr = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
		*(u32 *)info->peer_addr = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		return;
	}
	bpf_core_read(info->addr, sizeof(info->addr),
		      &sk->__sk_common.skc_v6_rcv_saddr);
	bpf_core_read(info->peer_addr, sizeof(info->peer_addr),
		      &sk->__sk_common.skc_v6_daddr);
}

/* Behind `info`: the path that it is bound to. */
static __always_inline u32 fill_unix(struct kxt_socket *info, struct sock *sk)
{
	struct unix_sock *self = (struct unix_sock *)sk;
	struct unix_address *addr = BPF_CORE_READ(self, addr);
	struct sock *peer = BPF_CORE_READ(self, peer);
	int len;

	if (peer)
		info->peer_ino = BPF_CORE_READ(peer, sk_socket, file, f_inode, i_ino);
	if (!addr)
		return 0;
	len = BPF_CORE_READ(addr, len) - SUN_PATH_OFFSET;
	if (len <= 0)
		return 0;
	if (len > SUN_PATH_MAX)
		len = SUN_PATH_MAX;
	barrier_var(len);
	if (bpf_probe_read_kernel(info + 1, len & 127,
				  (void *)addr->name + SUN_PATH_OFFSET))
		return 0;
	return len & 127;
}

/* `socket` is a struct socket, `name` that of its dentry: the protocol's. */
__noinline int add_socket(struct scratch *s, u64 socket, u64 name)
{
	struct socket *sock = (void *)socket;
	struct kxt_socket *info;
	struct sock *sk;
	u64 at;

	if (!s)
		return 0;
	at = s->rec.head.len;
	barrier_var(at);
	if (at > KXT_DATA_MAX - 512)
		return 0;
	sk = BPF_CORE_READ(sock, sk);
	if (!sk)
		return 0;
	info = (struct kxt_socket *)(s->data + at);
	__builtin_memset(info, 0, sizeof(*info));
	bpf_probe_read_kernel_str(info->proto, sizeof(info->proto), (void *)name);
	info->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	info->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (info->family == AF_INET || info->family == AF_INET6)
		fill_inet(info, sk);
	else if (info->family == AF_UNIX)
		info->path_len = fill_unix(info, sk);
	else if (info->family == AF_NETLINK)
		info->portid = BPF_CORE_READ((struct netlink_sock *)sk, portid);
	s->rec.head.len = at + sizeof(*info) + info->path_len;
	return 0;
}

#endif
