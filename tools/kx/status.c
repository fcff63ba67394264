// SPDX-License-Identifier: GPL-2.0-only
/* Where an instance stands, in the words and members that all verbs use. */
#include "status.h"

#include <string.h>

#include "text.h"

const char *status_word(const struct kx_status *status)
{
	if (strcmp(status->state, "live"))
		return status->state;
	return status->held ? "held" : status->confirm_ms ? "to confirm" :
	       status->not_confirmed ? "rolled back" : "live";
}

void status_json(struct json *json, const struct kx_status *status)
{
	char when[TEXT_LEN];

	text_time(status->loaded_ns, when);
	json_text(json, "name", status->name);
	json_number(json, "kmid", status->kmid);
	json_text(json, "state", status_word(status));
	json_bool(json, "held", status->held);
	json_bool(json, "on_demand", status->on_demand);
	json_number(json, "generation", status->generation);
	json_number(json, "previous", status->previous);
	json_number(json, "confirm_ms", status->confirm_ms);
	json_bool(json, "not_confirmed", status->not_confirmed);
	json_text(json, "loaded", when);
	json_number(json, "uid", status->uid);
	json_number(json, "pid", status->pid);
	json_text(json, "command", status->command);
}

void result_json(const char *name, const struct kx_status *status,
		 const char *result)
{
	struct json json = { 0 };

	json_object(&json, NULL);
	json_text(&json, "name", name);
	if (status) {
		json_number(&json, "kmid", status->kmid);
		json_number(&json, "generation", status->generation);
	} else {
		json_null(&json, "kmid");
		json_null(&json, "generation");
	}
	json_text(&json, "result", result);
	json_close(&json);
}
