/* `birthmark audit export`: the audit log as a file. */
#ifndef BIRTHMARK_CMD_CLI_AUDIT_H
#define BIRTHMARK_CMD_CLI_AUDIT_H

int cli_audit_export(int argc, char **argv);

#endif
