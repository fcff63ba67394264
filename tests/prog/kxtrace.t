#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kernel half of kxtrace by itself; the test is a C program.
exec "${KX_BUILD:-build}/tests/prog/kxtrace"
