/*
 * operator_internal.h - how the files behind operator*.h read their rows.
 */
#ifndef OPERATOR_INTERNAL_H
#define OPERATOR_INTERNAL_H

#include "pages_internal.h"

/* Rows into a fresh array of structs of size octets, each read by read(), which
 * the caller frees. */
enum db_err operator_rows(struct db *db, const struct db_stmt *stmt,
    const struct db_args *a, size_t size,
    void (*read)(const PGresult *res, int row, void *out), void **out,
    size_t *n);

#endif
