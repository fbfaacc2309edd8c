/* The form of the table's file, for table*.c only: a page of header, slots
 * of 128 bytes by open addressing, then the names that slots point to.
 * A slot's fingerprint and device never change once its word is not 0, and
 * the word is one atomic store: readers need no lock, and a writer killed at
 * any point leaves either the old state or the new one. */
#ifndef BIRTHMARK_GATE_TABLE_FILE_H
#define BIRTHMARK_GATE_TABLE_FILE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "gate/table.h"

#define TABLE_MAGIC 0x3145544147524942u /* "BIRGATE1", little-endian */
#define TABLE_HEADER 4096u

struct table_head {
	uint64_t magic;
	uint64_t slots;	     /* power of two */
	uint64_t names_size; /* bytes behind the slots */
	_Atomic uint64_t names_used;
	_Atomic uint64_t used;	   /* slots that are not empty */
	_Atomic uint64_t admitted; /* for people; counted anew when opened */
	_Atomic uint32_t replaced; /* a newer file has this name now */
	_Atomic uint32_t which;	   /* the cursor that counts */
	char cursor[2][TABLE_CURSOR_MAX + 1];
	char scope[TABLE_SCOPE_MAX + 1];
};

/* word: verdict in the low 4 bits, then 30 bits each of product and batch
 * as offsets of names in units of 8 bytes. */
struct table_slot {
	_Atomic uint64_t word;
	uint8_t fp[TABLE_FP];
	uint8_t device_n;
	uint8_t device[TABLE_DEVICE_MAX];
	uint8_t unused[23];
};
_Static_assert(sizeof(struct table_slot) == 128, "slot size is the format");
_Static_assert(sizeof(struct table_head) <= TABLE_HEADER, "header size");

struct table_map {
	uint8_t *p;
	size_t size;
	ino_t inode;
	struct table_head *head;
	struct table_slot *slots;
	uint8_t *names;
	uint64_t mask; /* slots - 1 */
	uint64_t names_size;
};

/* Maps an existing file, checking that its header and size agree. */
MUST_CHECK enum rc table_file_map(struct table_map *m, const char *path,
    bool write, struct err *e);
void table_file_unmap(struct table_map *m);
/* Makes an empty file with these sizes at path, replacing what was there. */
MUST_CHECK enum rc table_file_make(const char *path, uint64_t slots,
    uint64_t names_size, const char *scope, struct err *e);
/* The slot of fp, or the empty one where it would go; NULL if there is
 * neither. */
struct table_slot *table_file_slot(const struct table_map *m,
    const uint8_t fp[TABLE_FP]);
/* The name at an offset of a word; empty when it is out of range. */
struct span table_file_name(const struct table_map *m, uint64_t offset);
/* Finds or appends a name; 0 when there is no room. */
uint64_t table_file_put_name(struct table_map *m, struct span name);

#define TABLE_WORD_VERDICT(w) ((enum table_verdict)((w)&15u))
#define TABLE_WORD_PRODUCT(w) (((w) >> 4) & 0x3fffffffu)
#define TABLE_WORD_BATCH(w) ((w) >> 34)
#define TABLE_WORD(verdict, product, batch)               \
	((uint64_t)(verdict) | (uint64_t)(product) << 4 | \
	    (uint64_t)(batch) << 34)

#endif
