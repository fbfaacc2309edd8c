/* Dates of HTTP, written.
 * Must not know what they are of. */
#include <stdio.h>

#include "base/clock.h"
#include "net/http_date.h"

#define YEAR_9999_END 253402300799LL

void http_date(int64_t t_s, char out[HTTP_DATE_SIZE])
{
	static const char *const days[] = {"Thu", "Fri", "Sat", "Sun", "Mon",
	    "Tue", "Wed"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May",
	    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	struct clock_civil c;

	out[0] = '\0';
	if (t_s < 0 || t_s > YEAR_9999_END)
		return;
	clock_civil(t_s, &c);
	if (c.month < 1 || c.month > 12)
		return;
	(void)snprintf(out, HTTP_DATE_SIZE,
	    "%s, %02d %s %04d %02d:%02d:%02d "
	    "GMT",
	    days[t_s / 86400 % 7], c.day, months[c.month - 1], c.year % 10000,
	    c.hour, c.minute, c.second);
}
