/* The civil calendar, read and written.
 * Must not read a clock, nor know a zone but UTC and a given offset. */
#include "device/lib/bm_time.h"

#define DAY_S 86400

struct civil {
	int32_t year, month, day, hour, minute, second;
};

static bool number(struct bm_span *s, size_t digits, int32_t *out)
{
	int32_t v = 0;
	size_t i;

	if (s->n < digits)
		return false;
	for (i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	s->p += digits;
	s->n -= digits;
	*out = v;
	return true;
}

static bool mark(struct bm_span *s, char c)
{
	if (s->n == 0 || s->p[0] != (uint8_t)c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static int32_t days_of_month(int32_t year, int32_t month)
{
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool is_date(const struct civil *c)
{
	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	    c->day <= days_of_month(c->year, c->month) && c->hour < 24 &&
	    c->minute < 60 && c->second < 61;
}

/* Days since 1970-01-01; years begin in March, so that the leap day is last. */
static int32_t days_from(const struct civil *c)
{
	int32_t y = c->month <= 2 ? c->year - 1 : c->year;
	int32_t m = c->month <= 2 ? c->month + 9 : c->month - 3;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
	    c->day - 1 - 719468;
}

static int64_t seconds(const struct civil *c)
{
	return (int64_t)days_from(c) * DAY_S + c->hour * 3600 + c->minute * 60 +
	    c->second;
}

/* "Z" or "+01:00", in seconds east of UTC. */
static bool offset(struct bm_span *s, int32_t *out)
{
	int32_t sign, hours, minutes;

	*out = 0;
	if (mark(s, 'Z'))
		return true;
	sign = mark(s, '-') ? -1 : mark(s, '+') ? 1 : 0;
	if (sign == 0 || !number(s, 2, &hours) || !mark(s, ':') ||
	    !number(s, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*out = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool bm_time_rfc3339(struct bm_span s, int64_t *out)
{
	struct civil c;
	int32_t east, digit;

	if (!number(&s, 4, &c.year) || !mark(&s, '-') ||
	    !number(&s, 2, &c.month) || !mark(&s, '-') ||
	    !number(&s, 2, &c.day) || !mark(&s, 'T') ||
	    !number(&s, 2, &c.hour) || !mark(&s, ':') ||
	    !number(&s, 2, &c.minute) || !mark(&s, ':') ||
	    !number(&s, 2, &c.second) || !is_date(&c))
		return false;
	if (mark(&s, '.')) {
		if (!number(&s, 1, &digit))
			return false;
		while (number(&s, 1, &digit))
			;
	}
	if (!offset(&s, &east) || s.n > 0)
		return false;
	*out = seconds(&c) - east;
	return true;
}

bool bm_time_der(struct bm_span s, bool two_digits, int64_t *out)
{
	struct civil c;

	if (!two_digits && bm_mem_eq(s, BM_MEM_LIT("99991231235959Z"))) {
		*out = BM_TIME_NEVER;
		return true;
	}
	if (!number(&s, two_digits ? 2 : 4, &c.year) ||
	    !number(&s, 2, &c.month) || !number(&s, 2, &c.day) ||
	    !number(&s, 2, &c.hour) || !number(&s, 2, &c.minute) ||
	    !number(&s, 2, &c.second) || !mark(&s, 'Z') || s.n > 0)
		return false;
	if (two_digits)
		c.year += c.year < 50 ? 2000 : 1900;
	if (!is_date(&c) || c.second > 59)
		return false;
	*out = seconds(&c);
	return true;
}

static void put(char *out, int32_t v)
{
	out[0] = (char)('0' + v / 10 % 10);
	out[1] = (char)('0' + v % 10);
}

bool bm_time_digits(int64_t t_s, char out[14])
{
	int32_t days, rest, y, m, d;

	if (t_s < 0 || t_s >= 253402300800)
		return false;
	/* A day is 128 * 675 s: without a division of 64 bits. */
	days = (int32_t)(t_s >> 7) / (DAY_S >> 7);
	rest = (int32_t)(t_s - (int64_t)days * DAY_S);
	days += 719468;
	y = (4 * days + 3) / 146097; /* centuries */
	d = days - y * 146097 / 4;
	m = (4 * d + 3) / 1461; /* years of it */
	d -= m * 1461 / 4;
	y = y * 100 + m;
	m = (5 * d + 2) / 153;
	d -= (153 * m + 2) / 5;
	m += 3;
	if (m > 12) {
		m -= 12;
		y++;
	}
	put(out, y / 100);
	put(out + 2, y % 100);
	put(out + 4, m);
	put(out + 6, d + 1);
	put(out + 8, rest / 3600);
	put(out + 10, rest / 60 % 60);
	put(out + 12, rest % 60);
	return true;
}
