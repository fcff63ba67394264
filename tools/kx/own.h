/* SPDX-License-Identifier: GPL-2.0-only */
/* Owning locals: a variable carries its destructor. */
#ifndef KX_TOOL_OWN_H
#define KX_TOOL_OWN_H

#include <stdlib.h>

#include <kx/kx.h>

#define _cleanup_(fn)		__attribute__((cleanup(fn)))
#define _cleanup_free_		_cleanup_(own_free)
#define _cleanup_extension_	_cleanup_(own_extension)
#define _cleanup_instance_	_cleanup_(own_instance)

static inline void own_free(void *ptr)
{
	free(*(void **)ptr);
}

static inline void own_extension(struct kx_extension **ext)
{
	kx_extension_close(*ext);
}

static inline void own_instance(struct kx_instance **inst)
{
	kx_instance_close(*inst);
}

#endif
