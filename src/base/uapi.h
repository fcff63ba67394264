/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the kernel's interface that are newer than the oldest header. */
#ifndef KX_UAPI_H
#define KX_UAPI_H

#define KX_F_MMAPABLE		(1U << 10)	/* 5.5 */
#define KX_F_RB_OVERWRITE	(1U << 19)	/* 6.19 */
#define KX_F_SLEEPABLE		(1U << 4)	/* 5.10 */

#define KX_MAP_USER_RINGBUF	31		/* 6.1 */
#define KX_MAP_ARENA		33		/* 6.9 */

#define KX_PROG_NETFILTER	32		/* 6.4 */

#define KX_TRACE_KPROBE_MULTI	42		/* 5.18 */
#define KX_NETFILTER		45		/* 6.4 */
#define KX_TCX_INGRESS		46		/* 6.6 */
#define KX_TCX_EGRESS		47		/* 6.6 */
#define KX_TRACE_UPROBE_MULTI	48		/* 6.6 */
#define KX_NETKIT_PRIMARY	54		/* 6.7 */

#define KX_CMD_TOKEN_CREATE	36		/* 6.9 */
#define KX_CMD_STREAM_READ	37		/* 6.17 */

#endif
