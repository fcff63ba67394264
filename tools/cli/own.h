/* SPDX-License-Identifier: GPL-2.0-only */
/* Owning locals: a variable carries its destructor, taking it disarms it. */
#ifndef CLI_OWN_H
#define CLI_OWN_H

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include <kx/kx.h>

#define _cleanup_(fn)		__attribute__((cleanup(fn)))
#define _cleanup_free_		_cleanup_(own_free)
#define _cleanup_close_		_cleanup_(own_close)
#define _cleanup_dir_		_cleanup_(own_dir)
#define _cleanup_extension_	_cleanup_(own_extension)
#define _cleanup_instance_	_cleanup_(own_instance)

/* Give up ownership of a pointer: its value, and NULL stays behind. */
#define take_ptr(ptr)				\
	({					\
		__typeof__(ptr) taken_ = (ptr);	\
		(ptr) = NULL;			\
		taken_;				\
	})

/* Give up ownership of a descriptor: its value, and -1 stays behind. */
#define take_fd(fd)			\
	({				\
		int taken_ = (fd);	\
		(fd) = -1;		\
		taken_;			\
	})

static inline void own_free(void *ptr)
{
	free(*(void **)ptr);
}

static inline void own_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void own_extension(struct kx_extension **ext)
{
	kx_extension_close(*ext);
}

static inline void own_instance(struct kx_instance **inst)
{
	kx_instance_close(*inst);
}

static inline void own_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#endif
