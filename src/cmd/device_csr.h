/* `birthmark device csr`: what a chip gives to the fab that certifies it. */
#ifndef BIRTHMARK_CMD_DEVICE_CSR_H
#define BIRTHMARK_CMD_DEVICE_CSR_H

int device_csr_main(int argc, char **argv);

#endif
