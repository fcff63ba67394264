/* SPDX-License-Identifier: GPL-2.0-only */
/* kxfilter top: what was counted between two moments, sorted, and how it is shown. */
#ifndef KXFILTER_TOP_H
#define KXFILTER_TOP_H

#include "../look.h"
#include "cli/screen.h"

enum top_view { TOP_RULES, TOP_SOURCES, TOP_PORTS, NR_TOP_VIEWS };
enum top_column { TOP_PACKETS, TOP_BYTES, TOP_TOTAL, TOP_NAME, NR_TOP_COLUMNS };

extern const char *const top_views[];

/* What a key or an option chooses. */
struct top_choice {
	enum top_view view;
	enum top_column sort;
	bool active_only;
	bool paused;
	bool help;
	bool busy;	/* another process counts sources and ports */
};

#define TOP_NAME_TEXT	64

/* A rule, a source or a port: what it had since the sample before. */
struct top_row {
	char name[TOP_NAME_TEXT];
	char text[KXF_TEXT];		/* of a rule: as it was written */
	uint64_t packets;
	uint64_t bytes;
	uint64_t refused;		/* of the packets: did not pass; of a source or port */
	uint64_t total_packets;		/* of a rule: since ever */
	uint64_t total_bytes;
};

struct top_list {
	struct top_row *rows;
	size_t nr;
	size_t room;
};

struct top_sample {
	struct kx *kx;
	const char *device;
	struct filter filter;
	uint32_t generation;
	struct look look;
	bool is_looking;		/* sources and ports are counted */
	int watched;			/* that map; -1 */
	double seconds;			/* that it is about */
	uint64_t end_ns;
	struct top_list rules;
	struct top_list before;		/* rules by name, counted since ever */
	struct top_list of[NR_TOP_VIEWS];	/* TOP_SOURCES, TOP_PORTS */
	struct kxf_totals all;		/* of both directions, in that time */
	struct kxf_totals all_before;
	uint64_t gap_ns;		/* sources and ports were not counted for so long */
	uint64_t uncounted;
	uint64_t uncounted_before;
};

/* 0; -ENOENT: it is not filtered, nothing is said; others are told. */
int top_sample_open(struct top_sample *sample, struct kx *kx, const char *device);
void top_sample_done(struct top_sample *sample);

/* Count sources and ports, too, from now on. 0; -EBUSY is told unless @quiet; others are. */
int top_sample_look(struct top_sample *sample, bool quiet);

/* 0; -ENODEV: the filter was removed; -ENXIO: the device is gone; others are told. */
int top_sample_take(struct top_sample *sample);

struct top_list *top_list(struct top_sample *sample, enum top_view view);
struct top_row *top_row_add(struct top_list *list);

/* In the order of choice->sort; how many of them are to be shown. */
size_t top_sort(struct top_list *list, const struct top_choice *choice);

/* One line each, without its end. */
#define TOP_LINE	320
void top_title(char text[TOP_LINE], const struct top_sample *sample,
	       const struct top_choice *choice);
void top_heads(char text[TOP_LINE], const struct top_choice *choice);
void top_line(char text[TOP_LINE], const struct top_sample *sample, const struct top_row *row,
	      enum top_view view);

/* One object for the sample, then one for each of the first @most rows, on stdout. */
void top_json(struct top_sample *sample, const struct top_choice *choice, size_t most);

void top_screen_draw(struct screen *screen, struct top_sample *sample,
		     const struct top_choice *choice);

#endif
