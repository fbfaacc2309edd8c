/* `birthmark login` and `birthmark logout`. */
#ifndef BIRTHMARK_CMD_LOGIN_H
#define BIRTHMARK_CMD_LOGIN_H

int login_main(int argc, char **argv);
int login_out_main(int argc, char **argv);

#endif
