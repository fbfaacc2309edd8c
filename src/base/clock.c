/* The clocks and the calendar.
 * Must not know time zones, and must not call libc's calendar. */
#include <time.h>

#include "base/clock.h"

#define DAY_S 86400
#define ERA_DAYS 146097 /* 400 years */

static int64_t clock_read(clockid_t id, int64_t per_s)
{
	struct timespec ts = {0, 0};

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * per_s +
	    (int64_t)ts.tv_nsec / (1000000000 / per_s);
}

int64_t clock_now_s(void)
{
	return clock_read(CLOCK_REALTIME, 1);
}

int64_t clock_now_ms(void)
{
	return clock_read(CLOCK_REALTIME, 1000);
}

void clock_sleep_ms(uint64_t ms)
{
	struct timespec ts = {.tv_sec = (time_t)(ms / 1000),
	    .tv_nsec = (long)(ms % 1000) * 1000000};

	(void)nanosleep(&ts, NULL);
}

int64_t clock_mono_ms(void)
{
	return clock_read(CLOCK_MONOTONIC, 1000);
}

int64_t clock_mono_us(void)
{
	return clock_read(CLOCK_MONOTONIC, 1000000);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* Years are counted from 1 March, so that the leap day is the last one. */
static int64_t days_before_year(int64_t y)
{
	return 365 * y + floor_div(y, 4) - floor_div(y, 100) +
	    floor_div(y, 400);
}

/* Days from 1 March to the first of month m, where March is 0: the months
 * from March on have 31 30 31 30 31 31 30 31 30 31 31 days. */
static int64_t days_before_month(int64_t m)
{
	return (306 * m + 5) / 10;
}

/* From 1 March of year 0 to 1970-01-01. */
#define EPOCH_DAYS 719468

int64_t clock_from_civil(const struct clock_civil *c)
{
	int64_t m = c->month >= 3 ? c->month - 3 : c->month + 9;
	int64_t y = c->month >= 3 ? c->year : (int64_t)c->year - 1;
	int64_t days = days_before_year(y) + days_before_month(m) + c->day - 1 -
	    EPOCH_DAYS;

	return days * DAY_S + (int64_t)c->hour * 3600 +
	    (int64_t)c->minute * 60 + c->second;
}

void clock_civil(int64_t t_s, struct clock_civil *out)
{
	int64_t days = floor_div(t_s, DAY_S);
	int64_t rest = t_s - days * DAY_S;
	int64_t y, m;

	days += EPOCH_DAYS;
	y = floor_div(days * 400, ERA_DAYS);
	while (days_before_year(y + 1) <= days)
		y++;
	while (days_before_year(y) > days)
		y--;
	days -= days_before_year(y);
	m = (days * 10 + 4) / 306;
	while (m < 11 && days_before_month(m + 1) <= days)
		m++;
	while (days_before_month(m) > days)
		m--;
	out->day = (int)(days - days_before_month(m)) + 1;
	out->month = (int)(m < 10 ? m + 3 : m - 9);
	out->year = (int)(m < 10 ? y : y + 1);
	out->hour = (int)(rest / 3600);
	out->minute = (int)(rest / 60 % 60);
	out->second = (int)(rest % 60);
}

static char *put_digits(char *to, int v, int width)
{
	int i;

	for (i = width - 1; i >= 0; i--) {
		to[i] = (char)('0' + v % 10);
		v /= 10;
	}
	return to + width;
}

void clock_text(int64_t t_s, char out[CLOCK_TEXT_SIZE])
{
	const int64_t least = -62167219200, most = 253402300799;
	struct clock_civil c;
	char *p = out;

	/* Years have four digits. */
	if (t_s < least)
		t_s = least;
	if (t_s > most)
		t_s = most;
	clock_civil(t_s, &c);
	p = put_digits(p, c.year, 4);
	*p++ = '-';
	p = put_digits(p, c.month, 2);
	*p++ = '-';
	p = put_digits(p, c.day, 2);
	*p++ = 'T';
	p = put_digits(p, c.hour, 2);
	*p++ = ':';
	p = put_digits(p, c.minute, 2);
	*p++ = ':';
	p = put_digits(p, c.second, 2);
	*p++ = 'Z';
	*p = '\0';
}

static bool take_number(struct span *s, size_t digits, int max, int *out)
{
	struct span raw;
	uint64_t v;

	if (!span_take(s, digits, &raw) || !span_u64(raw, (uint64_t)max, &v))
		return false;
	*out = (int)v;
	return true;
}

static bool take_char(struct span *s, char a, char b)
{
	uint8_t c;

	return span_take_u8(s, &c) && (c == (uint8_t)a || c == (uint8_t)b);
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31};

	if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
		return 29;
	return days[month - 1];
}

static bool take_civil(struct span *s, struct clock_civil *c)
{
	return take_number(s, 4, 9999, &c->year) && take_char(s, '-', '-') &&
	    take_number(s, 2, 12, &c->month) && c->month >= 1 &&
	    take_char(s, '-', '-') && take_number(s, 2, 31, &c->day) &&
	    c->day >= 1 && c->day <= month_days(c->year, c->month) &&
	    take_char(s, 'T', 't') && take_number(s, 2, 23, &c->hour) &&
	    take_char(s, ':', ':') && take_number(s, 2, 59, &c->minute) &&
	    take_char(s, ':', ':') && take_number(s, 2, 60, &c->second);
}

static bool take_fraction(struct span *s)
{
	size_t n = 1;

	if (s->n == 0 || s->p[0] != '.')
		return true;
	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	*s = span_of(s->p + n, s->n - n);
	return n > 1;
}

static bool take_offset(struct span *s, int64_t *offset_s)
{
	uint8_t sign;
	int hours, minutes;

	if (!span_take_u8(s, &sign))
		return false;
	*offset_s = 0;
	if (sign == 'Z' || sign == 'z')
		return true;
	if ((sign != '+' && sign != '-') || !take_number(s, 2, 23, &hours) ||
	    !take_char(s, ':', ':') || !take_number(s, 2, 59, &minutes))
		return false;
	*offset_s = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	if (sign == '-')
		*offset_s = -*offset_s;
	return true;
}

bool clock_parse(struct span s, int64_t *out)
{
	struct clock_civil c;
	int64_t offset_s;

	if (!take_civil(&s, &c) || !take_fraction(&s) ||
	    !take_offset(&s, &offset_s) || s.n > 0)
		return false;
	*out = clock_from_civil(&c) - offset_s;
	return true;
}
