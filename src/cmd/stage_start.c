/* Starts the parts of the stage and waits until each answers.
 * Must do nothing that a user could not do with the same programs. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/enc.h"
#include "base/file.h"
#include "base/rand.h"
#include "cmd/proc.h"
#include "cmd/stage.h"
#include "pki/issue.h"

#define START_MS 20000
#define YEAR_S (365LL * 24 * 3600)
#define SERVICE_EMAIL "service@kit.example"

/* True once something listens on the loopback port. */
static bool listens(unsigned int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ok = fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static enum rc start(struct stage *s, enum stage_part part,
    struct proc_cmd *cmd, unsigned int port, struct err *e)
{
	int64_t until = clock_mono_ms() + START_MS;
	char log[STAGE_PATH], name[64];
	int status = 0;
	enum rc rc;

	(void)snprintf(name, sizeof(name), "%s.log", stage_part_name(part));
	rc = stage_path(s, name, log, e);
	cmd->log = log;
	if (rc == RC_OK && listens(port))
		rc = err_set(e, RC_CONFLICT, "port-taken",
		    "Port %u is in use: is another kit running? Stop it, or "
		    "give this one its own folder.",
		    port);
	if (rc == RC_OK)
		rc = proc_start(cmd, &s->pid[part], e);
	while (rc == RC_OK && !listens(port)) {
		if (proc_ended(s->pid[part], &status)) {
			s->pid[part] = 0;
			rc = err_set(e, RC_ENV, "no-start",
			    "The %s ended with status %d: see %s.",
			    stage_part_name(part), status, log);
		} else if (clock_mono_ms() > until)
			rc = err_set(e, RC_ENV, "no-start",
			    "The %s does not answer: see %s.",
			    stage_part_name(part), log);
		else
			(void)poll(NULL, 0, 10);
	}
	cmd->log = NULL;
	return rc;
}

static enum rc make_admin(struct stage *s, char file[STAGE_PATH], struct err *e)
{
	char id[RAND_ID_SIZE + 8];
	enum rc rc = RC_OK;

	if (stage_get(s, "service.password") == NULL) {
		rand_id(id, sizeof(id), "kit");
		rc = stage_put(s, "service.password", id, e);
	}
	if (rc == RC_OK)
		rc = stage_path(s, "service-password", file, e);
	if (rc == RC_OK)
		rc = file_write(file,
		    span_str(stage_get(s, "service.password")), 0600, e);
	return rc;
}

static enum rc init_service(struct stage *s, const char *dir, const char *url,
    struct err *e)
{
	char file[STAGE_PATH] = "";
	const char *argv[] = {"init", "--dir", dir, "--admin-email",
	    SERVICE_EMAIL, "--admin-password-file", file, "--public-url", url,
	    NULL};
	enum rc rc;

	if (stage_get(s, "service.email") != NULL)
		return RC_OK;
	rc = make_admin(s, file, e);
	if (rc == RC_OK)
		rc = stage_run(s, argv, NULL, e);
	if (rc == RC_OK)
		rc = stage_put(s, "url", url, e);
	return rc == RC_OK ? stage_put(s, "service.email", SERVICE_EMAIL, e)
			   : rc;
}

enum rc stage_start_service(struct stage *s, struct err *e)
{
	char dir[STAGE_PATH], url[64], listen[32], device[32], status[32];
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "serve", "--dir", dir, "--listen", listen,
		"--device-listen", device, "--status-listen", status,
		"--allow-private-clouds"}};
	unsigned int port = 0, device_port = 0, status_port = 0;
	enum rc rc;

	rc = stage_port(s, "service.port", 8443, &port, e);
	if (rc == RC_OK)
		rc = stage_port(s, "device.port", 8444, &device_port, e);
	if (rc == RC_OK)
		rc = stage_port(s, "status.port", 8080, &status_port, e);
	(void)snprintf(url, sizeof(url), "https://localhost:%u", port);
	(void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", port);
	(void)snprintf(device, sizeof(device), "127.0.0.1:%u", device_port);
	(void)snprintf(status, sizeof(status), "127.0.0.1:%u", status_port);
	if (rc == RC_OK)
		rc = stage_path(s, "service", dir, e);
	if (rc == RC_OK)
		rc = init_service(s, dir, url, e);
	return rc == RC_OK ? start(s, STAGE_SERVICE, &cmd, port, e) : rc;
}

static enum rc write_pair(struct stage *s, const char *name, struct span der,
    const struct key *k, struct err *e)
{
	char file[64], path[STAGE_PATH];
	struct buf pem;
	enum rc rc;

	buf_init(&pem, 64 * 1024);
	(void)snprintf(file, sizeof(file), "broker/%s.key", name);
	rc = stage_path(s, file, path, e);
	if (rc == RC_OK)
		rc = key_pem(k, &pem, e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&pem), 0600, e);
	buf_clear_secret(&pem);
	(void)snprintf(file, sizeof(file), "broker/%s.pem", name);
	enc_pem(&pem, "CERTIFICATE", der);
	if (rc == RC_OK)
		rc = stage_path(s, file, path, e);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&pem), 0644, e);
	buf_clear(&pem);
	return rc;
}

static enum rc make_server_pki(struct stage *s, struct err *e)
{
	static const char *const names[] = {"localhost", "127.0.0.1", NULL};
	struct key *ca_key = NULL, *key = NULL;
	int64_t now = clock_now_s();
	struct issue_ca ca = {"Kit", "Kit server CA", now - 3600,
	    now + 20 * YEAR_S, 0, NULL, NULL};
	struct issue_leaf leaf = {"Kit", "localhost", now - 3600,
	    now + 20 * YEAR_S, true, names};
	struct buf ca_der, der;
	char dir[STAGE_PATH];
	enum rc rc;

	buf_init(&ca_der, CERT_DER_MAX);
	buf_init(&der, CERT_DER_MAX);
	rc = stage_path(s, "broker", dir, e);
	if (rc == RC_OK)
		rc = file_mkdir(dir, 0755, e);
	if (rc == RC_OK)
		rc = key_generate(&ca_key, KEY_P256, e);
	if (rc == RC_OK)
		rc = key_generate(&key, KEY_P256, e);
	if (rc == RC_OK)
		rc = issue_ca(&ca, key_spki(ca_key), SPAN_NONE, ca_key, &ca_der,
		    e);
	if (rc == RC_OK)
		rc = issue_leaf(&leaf, key_spki(key), buf_span(&ca_der), ca_key,
		    &der, e);
	if (rc == RC_OK)
		rc = write_pair(s, "ca", buf_span(&ca_der), ca_key, e);
	if (rc == RC_OK)
		rc = write_pair(s, "server", buf_span(&der), key, e);
	key_free(ca_key);
	key_free(key);
	buf_clear(&ca_der);
	buf_clear(&der);
	return rc == RC_OK ? stage_put(s, "broker.pki", "yes", e) : rc;
}

enum rc stage_start_pki(struct stage *s, struct err *e)
{
	return stage_get(s, "broker.pki") != NULL ? RC_OK
						  : make_server_pki(s, e);
}

enum rc stage_start_receiver(struct stage *s, struct err *e)
{
	char dir[STAGE_PATH], cert[STAGE_PATH], key[STAGE_PATH];
	char listen[32], jwt_key[STAGE_PATH], ca[STAGE_PATH];
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "receiver", "--dir", dir, "--listen", listen,
		"--tls-cert", cert, "--tls-key", key, "--jwt-key", jwt_key,
		"--audience", "123456789012", "--ca", ca}};
	unsigned int port = 0;
	enum rc rc;

	rc = stage_port(s, "receiver.port", 8445, &port, e);
	(void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", port);
	if (rc == RC_OK)
		rc = stage_path(s, "receiver", dir, e);
	if (rc == RC_OK)
		rc = stage_path(s, "broker/server.pem", cert, e);
	if (rc == RC_OK)
		rc = stage_path(s, "broker/server.key", key, e);
	if (rc == RC_OK)
		rc = stage_path(s, "interop-key.pem", jwt_key, e);
	if (rc == RC_OK)
		rc = stage_path(s, "devices-ca.pem", ca, e);
	return rc == RC_OK ? start(s, STAGE_RECEIVER, &cmd, port, e) : rc;
}

enum rc stage_start_gate(struct stage *s, struct err *e)
{
	char dir[STAGE_PATH], token[STAGE_PATH], ca[STAGE_PATH], listen[32];
	struct proc_cmd cmd = {
	    .argv = {"birthmark", "gate", "--service", stage_get(s, "url"),
		"--account", stage_get(s, "admin.account"), "--cloud",
		stage_get(s, "cloud.gate"), "--token-file", token, "--ca", ca,
		"--dir", dir, "--listen", listen}};
	unsigned int port = 0;
	enum rc rc;

	rc = stage_port(s, "gate.port", 8446, &port, e);
	(void)snprintf(listen, sizeof(listen), "127.0.0.1:%u", port);
	if (rc == RC_OK)
		rc = stage_path(s, "gate", dir, e);
	if (rc == RC_OK)
		rc = stage_path(s, "gate-token", token, e);
	if (rc == RC_OK)
		rc = stage_path(s, "service/tls/cert.pem", ca, e);
	return rc == RC_OK ? start(s, STAGE_GATE, &cmd, port, e) : rc;
}

/* Beside this program in a build folder, or where it is installed. */
static enum rc find_plugin(char out[STAGE_PATH], struct err *e)
{
	static const char *const places[] =
	    {"../../plugin/mosquitto/birthmark_mosquitto.so",
		"../lib/birthmark_mosquitto.so",
		"../lib/birthmark/birthmark_mosquitto.so"};
	const char *given = getenv("BIRTHMARK_PLUGIN");
	char self[STAGE_PATH / 2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	size_t i;

	if (given != NULL && span_copy_str(span_str(given), out, STAGE_PATH))
		return RC_OK;
	self[n > 0 ? n : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		(void)snprintf(out, STAGE_PATH, "%s/%s", self, places[i]);
		if (file_exists(out))
			return RC_OK;
	}
	return err_set(e, RC_ENV, "no-plugin",
	    "birthmark_mosquitto.so is not beside this program: install "
	    "Birthmark, or run it from its build folder.");
}

/* Whom a broker trusts, and what it shows: files in the stage's folder. */
struct broker {
	const char *conf, *cas, *server;
	const char *port; /* of the stage, kept under this name */
	unsigned int wished;
	enum stage_part part;
};

static enum rc write_broker_conf(struct stage *s, const struct broker *o,
    unsigned int port, const char *path, struct err *e)
{
	char plugin[STAGE_PATH];
	struct buf b;
	enum rc rc = find_plugin(plugin, e);

	buf_init(&b, 64 * 1024);
	if (getuid() == 0)
		buf_add_str(&b, "user root\n");
	buf_addf(&b,
	    "listener %u 127.0.0.1\n"
	    "cafile %s/%s\n"
	    "certfile %s/%s.pem\n"
	    "keyfile %s/%s.key\n"
	    "require_certificate true\n"
	    "allow_anonymous false\n"
	    "persistence false\n"
	    "plugin %s\n"
	    "plugin_opt_gate_table %s/gate/gate.table\n",
	    port, s->dir, o->cas, s->dir, o->server, s->dir, o->server, plugin,
	    s->dir);
	if (rc == RC_OK)
		rc = file_write(path, buf_span(&b), 0600, e);
	buf_clear(&b);
	return rc;
}

static enum rc start_broker(struct stage *s, const struct broker *o,
    struct err *e)
{
	const char *program = file_exists("/usr/sbin/mosquitto")
	    ? "/usr/sbin/mosquitto"
	    : "mosquitto";
	struct proc_cmd cmd = {.argv = {program, "-c"}};
	char conf[STAGE_PATH];
	unsigned int port = 0;
	enum rc rc = stage_port(s, o->port, o->wished, &port, e);

	if (rc == RC_OK)
		rc = stage_path(s, o->conf, conf, e);
	if (rc == RC_OK)
		rc = write_broker_conf(s, o, port, conf, e);
	cmd.argv[2] = conf;
	return rc == RC_OK ? start(s, o->part, &cmd, port, e) : rc;
}

enum rc stage_start_broker(struct stage *s, struct err *e)
{
	static const struct broker o = {"mosquitto.conf", "devices-ca.pem",
	    "broker/server", "broker.port", 8883, STAGE_BROKER};

	return start_broker(s, &o, e);
}

enum rc stage_start_own_broker(struct stage *s, struct err *e)
{
	static const struct broker o = {"own-mosquitto.conf", "own-cas.pem",
	    "own-server", "own-broker.port", 8884, STAGE_OWN_BROKER};

	return start_broker(s, &o, e);
}
