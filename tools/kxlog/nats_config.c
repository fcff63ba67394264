// SPDX-License-Identifier: GPL-2.0-only
/* What one may say after "nats:": servers, names, limits, keys. */
#include "nats_config.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/own.h"
#include "sink.h"

#define AT(member)	offsetof(struct nats_config, member)

static const struct {
	const char *name;
	size_t at;
} texts[] = {
	{ "subject", AT(subject) },
	{ "stream", AT(stream) },
	{ "user", AT(user) },
	{ "password-file", AT(password_file) },
	{ "token-file", AT(token_file) },
	{ "creds", AT(creds) },
	{ "ca", AT(ca) },
	{ "cert", AT(cert) },
	{ "key", AT(key) },
	{ "servername", AT(servername) },
};

static const struct {
	const char *name;
	size_t at;
	uint64_t standard;
	uint64_t min;
	uint64_t max;
} numbers[] = {
	{ "replicas", AT(replicas), 1, 1, 5 },
	{ "batch", AT(batch), 256, 1, 4096 },
	{ "age", AT(age), 0, 0, 876000 },
	{ "size", AT(size), 0, 0, 1 << 30 },
	{ "duplicates", AT(duplicates), 10, 1, 1440 },
	{ "tls", AT(tls), 0, 0, 1 },
};

#define NR(array)	(sizeof(array) / sizeof(*(array)))

static int text_set(char **text, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return -ENOMEM;
	free(*text);
	*text = copy;
	return 0;
}

static int server_add(struct nats_config *config, struct sink *sink, const char *host)
{
	char url[300];

	if (config->nr_servers == NATS_SERVERS)
		return sink_fail(sink, -EINVAL, "%s: more than %d servers", sink->name,
				 NATS_SERVERS);
	if (!*host || strpbrk(host, " @/") ||
	    snprintf(url, sizeof(url), "nats://%s", host) >= (int)sizeof(url))
		return sink_fail(sink, -EINVAL, "%s: \"%.80s\": no server; HOST or HOST:PORT is expected",
				 sink->name, host);
	return text_set(&config->servers[config->nr_servers++], url);
}

static int number_set(struct nats_config *config, struct sink *sink, size_t i, const char *value)
{
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || number < numbers[i].min ||
	    number > numbers[i].max)
		return sink_fail(sink, -EINVAL, "%s: %s=%.40s: a number from %llu to %llu is expected",
				 sink->name, numbers[i].name, value,
				 (unsigned long long)numbers[i].min,
				 (unsigned long long)numbers[i].max);
	*(uint64_t *)((char *)config + numbers[i].at) = number;
	return 0;
}

static int option_set(struct nats_config *config, struct sink *sink, const char *name,
		      const char *value)
{
	for (size_t i = 0; i < NR(texts); i++)
		if (!strcmp(texts[i].name, name) && *value)
			return text_set((char **)((char *)config + texts[i].at), value);
	for (size_t i = 0; i < NR(numbers); i++)
		if (!strcmp(numbers[i].name, name))
			return number_set(config, sink, i, value);
	return sink_fail(sink, -EINVAL, "%s: %s=%.40s: no such option; man 7 kxlog-sinks has them",
			 sink->name, name, value);
}

/* Tokens of a subject are between dots; a stream's name has none. */
static int names_check(const struct nats_config *config, struct sink *sink)
{
	const char *s = config->subject;

	if (strlen(s) > 100 || strpbrk(s, " \t*>") || *s == '.' || s[strlen(s) - 1] == '.' ||
	    strstr(s, "..") || *s == '$')
		return sink_fail(sink, -EINVAL, "%s: subject=%.100s: not the beginning of a subject; a name without blanks, * and > is",
				 sink->name, s);
	if (strlen(config->stream) > 100 || strpbrk(config->stream, " \t.*>/\\"))
		return sink_fail(sink, -EINVAL, "%s: stream=%.100s: not the name of a stream; letters, digits, - and _ are",
				 sink->name, config->stream);
	return 0;
}

static int config_check(const struct nats_config *config, struct sink *sink)
{
	if (!config->nr_servers)
		return sink_fail(sink, -EINVAL, "%s: no server; nats:HOST[:PORT] is expected",
				 sink->name);
	if (!config->user != !config->password_file)
		return sink_fail(sink, -EINVAL, "%s: user= and password-file= go together",
				 sink->name);
	if (!config->cert != !config->key)
		return sink_fail(sink, -EINVAL, "%s: cert= and key= go together", sink->name);
	return names_check(config, sink);
}

static int defaults(struct nats_config *config)
{
	for (size_t i = 0; i < NR(numbers); i++)
		*(uint64_t *)((char *)config + numbers[i].at) = numbers[i].standard;
	return text_set(&config->subject, "kx") ?: text_set(&config->stream, "KX");
}

int nats_config_parse(struct nats_config *config, struct sink *sink, const char *where)
{
	const char *key, *value;
	char buf[512];
	int err = defaults(config);

	while (!err && where_next(&where, buf, sizeof(buf), &key, &value)) {
		if (!value && !strcmp(key, "tls"))
			config->tls = 1;
		else if (!value)
			err = server_add(config, sink, key);
		else
			err = option_set(config, sink, key, value);
	}
	return err ?: config_check(config, sink);
}

void nats_config_free(struct nats_config *config)
{
	for (int i = 0; i < config->nr_servers; i++)
		free(config->servers[i]);
	for (size_t i = 0; i < NR(texts); i++)
		free(*(char **)((char *)config + texts[i].at));
	*config = (struct nats_config){};
}

static void file_close(FILE **file)
{
	if (*file)
		fclose(*file);
}

char *nats_config_secret(const char *path)
{
	_cleanup_(file_close) FILE *file = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!file || getline(&line, &size, file) < 0)
		return NULL;
	line[strcspn(line, "\r\n")] = '\0';
	return take_ptr(line);
}
