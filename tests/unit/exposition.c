// SPDX-License-Identifier: GPL-2.0-only
/* What kxlog takes from metrics of instances, and what it leaves out. */
#include <stdio.h>
#include <string.h>

#include "exposition.h"

static int nr, failed;

static void check(const char *what, const char *first, const char *second, const char *expected,
		  uint64_t refused)
{
	struct exposition all = {};
	struct lines out = {};

	exposition_add(&all, "a", first, strlen(first));
	if (second)
		exposition_add(&all, "b", second, strlen(second));
	exposition_put(&all, &out);
	lines_put(&out, "", 1);
	if (out.buf && !strcmp(out.buf, expected) && all.refused == refused) {
		printf("ok %d - %s\n", ++nr, what);
	} else {
		failed++;
		printf("not ok %d - %s\n# refused %llu:\n# %s\n", ++nr, what,
		       (unsigned long long)all.refused, out.buf ?: "");
	}
	lines_done(&out);
	exposition_done(&all);
}

/* Each is one line, and refused. */
static const char *const wrong[] = {
	"x\n", "x \n", "1x 1\n", "x{} 1 2\n", "x{a} 1\n", "x{a=1} 1\n", "x{a=\"1} 1\n",
	"x{a=\"\\q\"} 1\n", "x{a=\"1\" b=\"2\"} 1\n", "x{a=\"1\",a=\"2\"} 1\n", "x{kx=\"1\"} 1\n",
	"x{__name__=\"y\"} 1\n", "x 0x10\n", "x 1e\n", "x one\n", "kxlog_x 1\n", "x{a=\"1\"\n",
	"# TYPE x\n", "# TYPE x number\n", "# HELP 1 x\n", "x 1", "x{a=\"\\\n", "x \x7f\n", "x{,} 1\n",
	"x \xff\n", "x{a=\"1\"}} 1\n", "x{1a=\"1\"} 1\n",
};

int main(void)
{
	check("samples get their instance", "x 1\n", "x 2\n", "x{kx=\"a\"} 1\nx{kx=\"b\"} 2\n", 0);
	check("families are put together", "# HELP x Of x.\n# TYPE x counter\nx{l=\"1\"} 1\ny 2\n",
	      "# HELP x Again.\n# TYPE x counter\ny 3\nx{l=\"1\"} 4\n",
	      "# HELP x Of x.\n# TYPE x counter\nx{kx=\"a\",l=\"1\"} 1\nx{kx=\"b\",l=\"1\"} 4\n"
	      "y{kx=\"a\"} 2\ny{kx=\"b\"} 3\n", 0);
	check("another type is refused, with its samples", "# TYPE x counter\nx 1\n",
	      "# TYPE x gauge\nx 2\n", "# TYPE x counter\nx{kx=\"a\"} 1\n", 2);
	check("a type behind a sample is refused", "x 1\n# TYPE x gauge\n", NULL,
	      "x{kx=\"a\"} 1\n", 1);
	check("a sample comes once", "x 1\nx 2\nx{l=\"1\"} 3\nx{l=\"1\",} 4\n", NULL,
	      "x{kx=\"a\"} 1\nx{kx=\"a\",l=\"1\"} 3\n", 2);
	check("a histogram has parts", "# TYPE x histogram\nx_bucket{le=\"+Inf\"} 1\nx_sum 2.5e3\n"
	      "x_count 1\n", NULL, "# TYPE x histogram\nx_bucket{kx=\"a\",le=\"+Inf\"} 1\n"
	      "x_sum{kx=\"a\"} 2.5e3\nx_count{kx=\"a\"} 1\n", 0);
	check("blanks and comments", "\n  \n# nothing\n#\nx { l = \"a\\\"b\" , } -1 \nx NaN\n", NULL,
	      "x{kx=\"a\",l = \"a\\\"b\"} -1\nx{kx=\"a\"} NaN\n", 0);
	check("a family without samples is not there", "# HELP x Of x.\n# TYPE x counter\n", NULL,
	      "", 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		check("not of the format", wrong[i], NULL, "", 1);
	printf("1..%d\n", nr);
	return failed != 0;
}
