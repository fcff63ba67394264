/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for calls on file descriptors: commands, events, ways to wait. */
#ifndef KXTRACE_XLAT_DESC_H
#define KXTRACE_XLAT_DESC_H

#include "../xlat.h"

extern const struct xlat whence_values, flock_ops, falloc_flags;
extern const struct xlat fadvise_values, sync_file_range_flags, splice_flags;
extern const struct xlat close_range_flags, rwf_flags, fcntl_cmds, fd_flags;
extern const struct xlat lock_types, owner_types, notify_flags, seal_flags;
extern const struct xlat poll_events, epoll_create_flags, epoll_ops;
extern const struct xlat epoll_event_flags, eventfd_flags, timerfd_flags;
extern const struct xlat inotify_init_flags, inotify_events, fan_classes;
extern const struct xlat fan_init_flags, fan_mark_flags, fan_events;
extern const struct xlat aio_cmds, aio_flags;
extern const struct xlat uring_setup_flags, uring_features, uring_enter_flags;
extern const struct xlat uring_register_ops, uring_op_flags;
extern const struct xlat uring_restrictions, uring_sqe_flags, uring_resource_flags;

#endif
