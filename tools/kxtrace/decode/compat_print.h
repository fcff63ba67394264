/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments that only 32-bit programs have. */
#ifndef KXTRACE_COMPAT_PRINT_H
#define KXTRACE_COMPAT_PRINT_H

#include "../decode.h"

arg_printer print_seek_result, print_old_limit, print_clone_tls_desc;
arg_printer print_clone_last_tid, print_thread_area, print_handler, print_old_sigaction;
arg_printer print_old_sigset, print_mask_value, print_old_dirent;
arg_printer print_dirent_count, print_socketcall, print_ipc_version, print_sem_within;
void note_thread_area(struct out *o, struct call *c);
void note_handler(struct out *o, struct call *c);
void note_mask(struct out *o, struct call *c);
void note_old_mask(struct out *o, struct call *c);

#endif
