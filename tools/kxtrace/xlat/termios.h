/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the settings of terminals. */
#ifndef KXTRACE_XLAT_TERMIOS_H
#define KXTRACE_XLAT_TERMIOS_H

#include "../xlat.h"

extern const struct xlat term_iflags, term_oflags, term_cflags, term_lflags;
extern const struct xlat term_speeds, term_sizes, term_newlines, term_returns;
extern const struct xlat term_tabs, term_backspaces, term_vtabs;
extern const struct xlat term_formfeeds, term_chars, term_lines, term_flushes;
extern const struct xlat term_flows, modem_lines;

#endif
