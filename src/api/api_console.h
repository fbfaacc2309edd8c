/* The web console: its documents and what they load, compiled in.
 * Must not read anything from the disk, nor know who asks. */
#ifndef BIRTHMARK_API_API_CONSOLE_H
#define BIRTHMARK_API_API_CONSOLE_H

#include "api/api.h"

/* The one document of the console, at all its addresses; what it shows is
 * decided in the browser, and what it may by the API. */
enum rc api_console_page(struct api_call *call, struct err *e);
/* The same where labels are scanned: it may run WebAssembly and the camera. */
enum rc api_console_scan(struct api_call *call, struct err *e);
enum rc api_console_icon(struct api_call *call, struct err *e);
enum rc api_console_asset(struct api_call *call, struct err *e);

#endif
