/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of the settings of terminals. */
#include "termios.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <asm/termios.h>

XLAT(term_iflags, NULL,
	X(IGNBRK),
	X(BRKINT),
	X(IGNPAR),
	X(PARMRK),
	X(INPCK),
	X(ISTRIP),
	X(INLCR),
	X(IGNCR),
	X(ICRNL),
	X(IUCLC),
	X(IXON),
	X(IXANY),
	X(IXOFF),
	X(IMAXBEL),
	X(IUTF8));

XLAT(term_oflags, NULL,
	X(OPOST),
	X(OLCUC),
	X(ONLCR),
	X(OCRNL),
	X(ONOCR),
	X(ONLRET),
	X(OFILL),
	X(OFDEL));

XLAT(term_cflags, NULL,
	X(CSTOPB),
	X(CREAD),
	X(PARENB),
	X(PARODD),
	X(HUPCL),
	X(CLOCAL),
	X(CMSPAR),
	X(CRTSCTS));

XLAT(term_lflags, NULL,
	X(ISIG),
	X(ICANON),
	X(XCASE),
	X(ECHO),
	X(ECHOE),
	X(ECHOK),
	X(ECHONL),
	X(NOFLSH),
	X(IEXTEN),
	X(ECHOCTL),
	X(ECHOPRT),
	X(ECHOKE),
	X(FLUSHO),
	X(PENDIN),
	X(TOSTOP),
	X(EXTPROC));

XLAT(term_speeds, "B???",
	X(B38400),
	X(B115200),
	X(B9600),
	X(B0),
	X(B50),
	X(B75),
	X(B110),
	X(B134),
	X(B150),
	X(B200),
	X(B300),
	X(B600),
	X(B1200),
	X(B1800),
	X(B2400),
	X(B4800),
	X(B19200),
	X(B57600),
	X(B230400),
	X(B460800),
	X(B500000),
	X(B576000),
	X(B921600),
	X(B1000000),
	X(B1152000),
	X(B1500000),
	X(B2000000),
	X(B2500000),
	X(B3000000),
	X(B3500000),
	X(B4000000),
	X(BOTHER));

XLAT(term_sizes, NULL,
	X(CS5),
	X(CS6),
	X(CS7),
	X(CS8));

XLAT(term_newlines, NULL,
	X(NL0),
	X(NL1));

XLAT(term_returns, NULL,
	X(CR0),
	X(CR1),
	X(CR2),
	X(CR3));

XLAT(term_tabs, NULL,
	X(TAB0),
	X(TAB1),
	X(TAB2),
	X(XTABS));

XLAT(term_backspaces, NULL,
	X(BS0),
	X(BS1));

XLAT(term_vtabs, NULL,
	X(VT0),
	X(VT1));

XLAT(term_formfeeds, NULL,
	X(FF0),
	X(FF1));

XLAT(term_chars, NULL,
	X(VINTR),
	X(VQUIT),
	X(VERASE),
	X(VKILL),
	X(VEOF),
	X(VTIME),
	X(VMIN),
	X(VSWTC),
	X(VSTART),
	X(VSTOP),
	X(VSUSP),
	X(VEOL),
	X(VREPRINT),
	X(VDISCARD),
	X(VWERASE),
	X(VLNEXT),
	X(VEOL2));

XLAT(term_lines, "N_???",
	{ 0, "N_TTY" },
	{ 1, "N_SLIP" },
	{ 2, "N_MOUSE" },
	{ 3, "N_PPP" },
	{ 4, "N_STRIP" },
	{ 5, "N_AX25" },
	{ 6, "N_X25" });

XLAT(term_flushes, "TC???",
	X(TCIFLUSH),
	X(TCOFLUSH),
	X(TCIOFLUSH));

XLAT(term_flows, "TC???",
	X(TCOOFF),
	X(TCOON),
	X(TCIOFF),
	X(TCION));

XLAT(modem_lines, "TIOCM_???",
	X(TIOCM_LE),
	X(TIOCM_DTR),
	X(TIOCM_RTS),
	X(TIOCM_ST),
	X(TIOCM_SR),
	X(TIOCM_CTS),
	X(TIOCM_CAR),
	X(TIOCM_RNG),
	X(TIOCM_DSR),
	X(TIOCM_OUT1),
	X(TIOCM_OUT2),
	X(TIOCM_LOOP));
