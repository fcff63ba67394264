// SPDX-License-Identifier: GPL-2.0-only
/* A connection to NATS, and the stream: made if it is missing, used as it is if not. */
#ifdef HAVE_NATS
#include "nats_link.h"

#include <errno.h>
#include <string.h>

#include "nats_subject.h"
#include "cli/own.h"

#define ANSWER_MS	1500	/* for a request to JetStream */
#define CONNECT_MS	2000	/* for each server */
#define WRITE_MS	5000
#define PING_MS		5000
#define HEADERS		1024	/* what a message has beside its text, at most */
#define S_NS		1000000000ll

static void options_free(natsOptions **options)
{
	natsOptions_Destroy(*options);
}

static void info_free(jsStreamInfo **info)
{
	jsStreamInfo_Destroy(*info);
}

/* libnats tells where in its source; that is left out. */
const char *nats_link_why(natsStatus s)
{
	const char *why = nats_GetLastError(NULL), *after = why ? strstr(why, "): ") : NULL;

	return after && after[3] ? after + 3 : natsStatus_GetText(s);
}

static void closed(natsConnection *nc, void *closure)
{
	struct nats_link *link = closure;
	bool ours;

	pthread_mutex_lock(&link->lock);
	ours = nc == link->nc;
	pthread_mutex_unlock(&link->lock);
	if (ours)
		nats_link_fail(link, "the connection is closed");
}

static natsStatus set_tls(const struct nats_config *config, natsOptions *options)
{
	natsStatus s = natsOptions_SetSecure(options, true);

	if (!s && config->ca)
		s = natsOptions_LoadCATrustedCertificates(options, config->ca);
	if (!s && config->cert)
		s = natsOptions_LoadCertificatesChain(options, config->cert, config->key);
	if (!s && config->servername)
		s = natsOptions_SetExpectedHostname(options, config->servername);
	return s;
}

static int set_secrets(struct nats_link *link, natsOptions *options)
{
	const struct nats_config *config = &link->config;
	const char *path = config->password_file ?: config->token_file;
	_cleanup_free_ char *secret = path ? nats_config_secret(path) : NULL;
	natsStatus s = NATS_OK;

	if (path && !secret)
		return nats_link_fail(link, "%s: cannot be read: %s", path, strerror(errno));
	if (config->password_file)
		s = natsOptions_SetUserInfo(options, config->user, secret);
	else if (config->token_file)
		s = natsOptions_SetToken(options, secret);
	if (!s && config->creds)
		s = natsOptions_SetUserCredentialsFromFiles(options, config->creds, NULL);
	if (s)
		return nats_link_fail(link, "credentials: %s", natsStatus_GetText(s));
	return 0;
}

/* The thread makes connections anew, not libnats: then it is known what was under way. */
static natsStatus set_plain(struct nats_link *link, natsOptions *options)
{
	const struct nats_config *config = &link->config;

	return natsOptions_SetServers(options, (const char **)config->servers,
				      config->nr_servers) ?:
	       natsOptions_SetName(options, "kxlog") ?:
	       natsOptions_SetTimeout(options, CONNECT_MS) ?:
	       natsOptions_SetAllowReconnect(options, false) ?:
	       natsOptions_SetPingInterval(options, PING_MS) ?:
	       natsOptions_SetMaxPingsOut(options, 2) ?:
	       natsOptions_SetWriteDeadline(options, WRITE_MS) ?:
	       natsOptions_SetClosedCB(options, closed, link);
}

static int options_make(struct nats_link *link, natsOptions **out)
{
	const struct nats_config *config = &link->config;
	_cleanup_(options_free) natsOptions *options = NULL;
	natsStatus s = natsOptions_Create(&options) ?: set_plain(link, options);
	int err;

	if (!s && (config->tls || config->ca || config->cert || config->servername))
		s = set_tls(config, options);
	if (s)
		return nats_link_fail(link, "no connection: %s", nats_link_why(s));
	err = set_secrets(link, options);
	if (err)
		return err;
	*out = take_ptr(options);
	return 0;
}

int nats_link_connect(struct nats_link *link)
{
	_cleanup_(options_free) natsOptions *options = NULL;
	natsConnection *nc = NULL;
	jsOptions js_options;
	jsCtx *js = NULL;
	natsStatus s;
	int err = options_make(link, &options);

	if (err)
		return err;
	s = natsConnection_Connect(&nc, options);
	if (s)
		return nats_link_fail(link, "%s%s: no connection: %s", link->config.servers[0] + 7,
				      link->config.nr_servers > 1 ? " and others" : "",
				      natsStatus_GetText(s));
	jsOptions_Init(&js_options);
	js_options.Wait = ANSWER_MS;
	js_options.PublishAsync.AckHandler = nats_link_answered;
	js_options.PublishAsync.AckHandlerClosure = link;
	s = natsConnection_JetStream(&js, nc, &js_options);
	pthread_mutex_lock(&link->lock);
	link->nc = nc;
	link->js = js;
	pthread_mutex_unlock(&link->lock);
	if (s)
		return nats_link_fail(link, "no JetStream: %s", natsStatus_GetText(s));
	return 0;
}

static int stream_add(struct nats_link *link)
{
	const struct nats_config *config = &link->config;
	_cleanup_free_ char *subject = NULL;
	jsStreamConfig wish;
	jsErrCode code = 0;
	natsStatus s;

	if (asprintf(&subject, "%s.>", config->subject) < 0)
		return nats_link_fail(link, "no memory");
	jsStreamConfig_Init(&wish);
	wish.Name = config->stream;
	wish.Subjects = (const char **)&subject;
	wish.SubjectsLen = 1;
	wish.Storage = js_FileStorage;
	wish.Replicas = config->replicas;
	wish.Duplicates = config->duplicates * 60 * S_NS;
	if (config->age)
		wish.MaxAge = config->age * 3600 * S_NS;
	if (config->size)
		wish.MaxBytes = config->size << 20;
	/* The window in which duplicates are known cannot be longer than messages live. */
	if (wish.MaxAge && wish.MaxAge < wish.Duplicates)
		wish.Duplicates = wish.MaxAge;
	s = js_AddStream(NULL, link->js, &wish, NULL, &code);
	if (s)
		return nats_link_fail(link, "stream %s cannot be made: %s (%d)", config->stream,
				      nats_link_why(s), code);
	return 0;
}

static int stream_check(struct nats_link *link, const jsStreamConfig *is)
{
	int64_t limit = natsConnection_GetMaxPayload(link->nc);

	if (is->MaxMsgSize > 0 && is->MaxMsgSize < limit)
		limit = is->MaxMsgSize;
	if (limit < 4 * HEADERS)
		return nats_link_fail(link, "stream %s takes messages of %lld bytes only; %d are the least",
				      is->Name, (long long)limit, 4 * HEADERS);
	pthread_mutex_lock(&link->lock);
	link->window.limit = limit - HEADERS < NATS_MESSAGE ? limit - HEADERS : NATS_MESSAGE;
	pthread_mutex_unlock(&link->lock);
	for (int i = 0; i < is->SubjectsLen; i++)
		if (nats_subject_covers(is->Subjects[i], link->config.subject))
			return 0;
	return nats_link_fail(link, "stream %s is there, but does not take %s.>; give it that subject, or kxlog another stream=",
			      is->Name, link->config.subject);
}

int nats_link_stream(struct nats_link *link)
{
	_cleanup_(info_free) jsStreamInfo *info = NULL;
	const char *name = link->config.stream;
	jsErrCode code = 0;
	natsStatus s = js_GetStreamInfo(&info, link->js, name, NULL, &code);
	int err;

	if (s == NATS_NOT_FOUND || code == JSStreamNotFoundErr) {
		err = stream_add(link);
		if (err)
			return err;
		s = js_GetStreamInfo(&info, link->js, name, NULL, &code);
	}
	if (s)
		return nats_link_fail(link, "stream %s: %s (%d)", name,
				      nats_link_why(s), code);
	return stream_check(link, info->Config);
}
#endif
