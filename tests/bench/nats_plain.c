// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libnats alone publishes: nats_plain URL STREAM REPLICAS MESSAGES BYTES. Makes the
 * stream, prints messages a second and CPU seconds.
 */
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static long refused;	/* by the one thread of the subscription */

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double cpu(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return r.ru_utime.tv_sec + r.ru_stime.tv_sec +
	       (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static void answered(jsCtx *js, natsMsg *msg, jsPubAck *ack, jsPubAckErr *err, void *closure)
{
	(void)js, (void)ack, (void)closure;
	refused += !!err;
	natsMsg_Destroy(msg);
}

static natsStatus stream_add(jsCtx *js, const char *name, int replicas)
{
	const char *subjects[] = { name };
	jsStreamConfig config;

	jsStreamConfig_Init(&config);
	config.Name = name;
	config.Subjects = subjects;
	config.SubjectsLen = 1;
	config.Replicas = replicas;
	config.Duplicates = 600000000000;
	return js_AddStream(NULL, js, &config, NULL, NULL);
}

static natsStatus publish(jsCtx *js, const char *subject, long nr, const char *data, int len)
{
	natsStatus s = NATS_OK;
	char id[64];

	for (long i = 0; i < nr && !s; i++) {
		natsMsg *msg = NULL;

		snprintf(id, sizeof(id), "boot.1.log.1.0.%ld", i);
		s = natsMsg_Create(&msg, subject, NULL, data, len);
		if (!s)
			s = natsMsgHeader_Set(msg, "Nats-Msg-Id", id);
		if (!s)
			s = js_PublishMsgAsync(js, &msg, NULL);
		natsMsg_Destroy(msg);
	}
	return s ? s : js_PublishAsyncComplete(js, NULL);
}

int main(int argc, char **argv)
{
	natsConnection *nc = NULL;
	jsCtx *js = NULL;
	jsOptions options;
	natsStatus s;
	double begin;
	char *data;
	long nr;

	if (argc != 6)
		return 2;
	nr = atol(argv[4]);
	data = calloc(1, atoi(argv[5]) + 1);
	memset(data, 'x', atoi(argv[5]));
	jsOptions_Init(&options);
	options.PublishAsync.MaxPending = atoi(argv[5]) > 4096 ? 128 : 8192;
	options.PublishAsync.StallWait = 60000;
	options.PublishAsync.AckHandler = answered;
	s = natsConnection_ConnectTo(&nc, argv[1]);
	if (!s)
		s = natsConnection_JetStream(&js, nc, &options);
	if (!s)
		s = stream_add(js, argv[2], atoi(argv[3]));
	begin = now();
	if (!s)
		s = publish(js, argv[2], nr, data, atoi(argv[5]));
	printf("rate=%.0f cpu=%.2f refused=%ld\n", nr / (now() - begin), cpu(), refused);
	if (s)
		fprintf(stderr, "%s\n", natsStatus_GetText(s));
	jsCtx_Destroy(js);
	natsConnection_Destroy(nc);
	free(data);
	return s ? 1 : 0;
}
