// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The first version. */
#define LIFE_VERSION	"1.0"
#include "life.h"
