// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads a whole JetStream stream, and knows nothing of kxlog but how its records look:
 * nats_read URL STREAM [BOOT RECORDS]. Prints each record's id, or, of ids that end in
 * .1 to .RECORDS, how many there are, are missing, are there twice.
 */
#include <nats/nats.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char member[] = "\"id\":\"";

struct reader {
	const char *boot;
	unsigned long records;
	unsigned char *seen;
	unsigned long stored, doubled, strange, messages;
};

static void record(struct reader *reader, const char *id, size_t len)
{
	unsigned long nr;

	if (!reader->boot) {
		printf("%.*s\n", (int)len, id);
		return;
	}
	reader->stored++;
	while (len && id[len - 1] != '.')
		len--;
	nr = strtoul(id + len, NULL, 10);
	if (strncmp(id, reader->boot, strlen(reader->boot)) || !nr || nr > reader->records)
		reader->strange++;
	else if (reader->seen[nr]++)
		reader->doubled++;
}

static void message(struct reader *reader, natsMsg *msg)
{
	const char *data = natsMsg_GetData(msg), *end = data + natsMsg_GetDataLength(msg);

	reader->messages++;
	while (data < end) {
		const char *line_end = memchr(data, '\n', end - data), *id, *quote;

		if (!line_end)
			line_end = end;
		id = memmem(data, line_end - data, member, strlen(member));
		if (id)
			id += strlen(member);
		quote = id ? memchr(id, '"', line_end - id) : NULL;
		if (!quote)
			reader->strange++;
		else
			record(reader, id, quote - id);
		data = line_end + 1;
	}
}

static natsStatus last_of(jsCtx *js, const char *stream, uint64_t *last)
{
	jsStreamInfo *info = NULL;
	natsStatus s = js_GetStreamInfo(&info, js, stream, NULL, NULL);

	if (s)
		return s;
	*last = info->State.Msgs ? info->State.LastSeq : 0;
	jsStreamInfo_Destroy(info);
	return NATS_OK;
}

static natsStatus read_all(struct reader *reader, jsCtx *js, const char *stream)
{
	natsSubscription *sub = NULL;
	jsSubOptions options;
	uint64_t last = 0, at = 0;
	natsStatus s = last_of(js, stream, &last);

	if (s || !last)
		return s;
	jsSubOptions_Init(&options);
	options.Stream = stream;
	options.Ordered = true;
	s = js_SubscribeSync(&sub, js, ">", NULL, &options, NULL);
	while (!s && at < last) {
		jsMsgMetaData *meta = NULL;
		natsMsg *msg = NULL;

		s = natsSubscription_NextMsg(&msg, sub, 10000);
		if (!s)
			s = natsMsg_GetMetaData(&meta, msg);
		if (!s) {
			at = meta->Sequence.Stream;
			message(reader, msg);
		}
		jsMsgMetaData_Destroy(meta);
		natsMsg_Destroy(msg);
	}
	natsSubscription_Destroy(sub);
	return s;
}

int main(int argc, char **argv)
{
	struct reader reader = {};
	natsConnection *nc = NULL;
	jsCtx *js = NULL;
	natsStatus s;

	if (argc != 3 && argc != 5)
		return 2;
	if (argc == 5) {
		reader.boot = argv[3];
		reader.records = strtoul(argv[4], NULL, 10);
		reader.seen = calloc(1, reader.records + 1);
	}
	s = natsConnection_ConnectTo(&nc, argv[1]);
	if (!s)
		s = natsConnection_JetStream(&js, nc, NULL);
	if (!s)
		s = read_all(&reader, js, argv[2]);
	if (s)
		fprintf(stderr, "%s: %s: %s\n", argv[1], argv[2], natsStatus_GetText(s));
	if (!s && reader.boot) {
		unsigned long once = reader.stored - reader.doubled - reader.strange;

		printf("stored=%lu missing=%lu doubled=%lu strange=%lu messages=%lu\n",
		       reader.stored, reader.records - once, reader.doubled, reader.strange,
		       reader.messages);
	}
	jsCtx_Destroy(js);
	natsConnection_Destroy(nc);
	free(reader.seen);
	return s ? 1 : 0;
}
