/* Finds tags and takes what is between them.
 * Must not be used where XML says more than names and values. */
#include "cloud/aws_xml.h"

#include <stdio.h>
#include <string.h>

#define TAG_SIZE 64

/* Where the next "<name>" (or with attributes) begins and ends, from off. */
static bool find_open(struct span s, size_t off, const char *name, size_t *at,
    size_t *end)
{
	size_t n = strlen(name), i, j;

	for (i = off; i < s.n && s.n - i >= n + 2; i++) {
		j = i + 1 + n;
		if (s.p[i] != '<' || memcmp(s.p + i + 1, name, n) != 0 ||
		    (s.p[j] != ' ' && s.p[j] != '>'))
			continue;
		while (j < s.n && s.p[j] != '>' && s.p[j] != '<')
			j++;
		if (j == s.n || s.p[j] == '<' || s.p[j - 1] == '/')
			return false;
		*at = i;
		*end = j + 1;
		return true;
	}
	return false;
}

bool aws_xml_inner(struct span s, const char *name, struct span *out)
{
	char close[TAG_SIZE];
	size_t at, from, again, again_end;
	const uint8_t *end;
	int n = snprintf(close, sizeof(close), "</%s>", name);

	if (s.n == 0 || n < 0 || (size_t)n >= sizeof(close) ||
	    !find_open(s, 0, name, &at, &from) ||
	    find_open(s, from, name, &again, &again_end))
		return false;
	end = memmem(s.p, s.n, close, (size_t)n);
	if (!end || end < s.p + from ||
	    memmem(end + n, s.n - (size_t)(end + n - s.p), close, (size_t)n))
		return false;
	*out = span_sub(s, from, (size_t)(end - s.p) - from);
	return true;
}

bool aws_xml_text(struct span s, const char *name, char *out, size_t cap)
{
	struct span text;
	size_t i;

	out[0] = '\0';
	if (!aws_xml_inner(s, name, &text) || text.n == 0)
		return false;
	for (i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~' || text.p[i] == '<' ||
		    text.p[i] == '&')
			return false;
	return span_copy_str(text, out, cap);
}
