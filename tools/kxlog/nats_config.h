/* SPDX-License-Identifier: GPL-2.0-only */
/* What one may say after "nats:", as it is used. */
#ifndef KXLOG_NATS_CONFIG_H
#define KXLOG_NATS_CONFIG_H

#include <stdint.h>

struct sink;

#define NATS_SERVERS	16

struct nats_config {
	char *servers[NATS_SERVERS];	/* "nats://HOST:PORT" */
	int nr_servers;
	char *subject;
	char *stream;
	char *user;
	char *password_file;
	char *token_file;
	char *creds;
	char *ca;
	char *cert;
	char *key;
	char *servername;
	uint64_t tls;		/* what follows is numbers, in this type */
	uint64_t replicas;
	uint64_t batch;		/* records in a message; 1: one each, its level in the subject */
	uint64_t age;		/* hours that the stream keeps; 0: no limit */
	uint64_t size;		/* MiB that the stream keeps; 0: no limit */
	uint64_t duplicates;	/* minutes in which the stream knows a message again */
};

/* Return: 0; -EINVAL and sink_fail(): makes no sense; -ENOMEM. */
int nats_config_parse(struct nats_config *config, struct sink *sink, const char *where);
void nats_config_free(struct nats_config *config);

/* The first line of a file with a secret; for free(). NULL: errno. */
char *nats_config_secret(const char *path);

#endif
