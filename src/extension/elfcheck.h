/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a file what libbpf takes on trust? Checked before libbpf sees a byte. */
#ifndef KX_ELFCHECK_H
#define KX_ELFCHECK_H

#include <stddef.h>
#include <stdint.h>

/*
 * A relocatable little-endian 64-bit BPF object: headers, sections, symbols and
 * relocations within the file, of whole records; names terminated; .BTF and
 * .BTF.ext by btf_check() and btf_ext_check().
 *
 * Return: 0; -EINVAL, @why receives a piece of a sentence: "cut short: section
 * .BTF ends at 4096, the file at 4000".
 */
int elf_check(const void *elf, size_t len, char *why, size_t why_len);

/*
 * The bytes of .BTF: header, every type's kind, length, name, and what it refers
 * to; no type contains itself; sizes do not overflow.
 */
int btf_check(const void *btf, size_t len, char *why, size_t why_len);

/* Bytes that follow a struct btf_type; -1: a kind that is not known here. */
struct btf_type;
long btf_tail_len(const struct btf_type *type);

/* The bytes of .BTF.ext, against a .BTF that has been checked. */
int btf_ext_check(const void *ext, size_t len, const void *btf, size_t btf_len,
		  char *why, size_t why_len);

#endif
