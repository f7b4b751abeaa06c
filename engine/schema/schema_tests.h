/* The two small languages inside a schema's texts: tests ("not ho_ten/ten_goi_khac similar 0.92")
 * and key parts ("ngay_sinh.year", "so_dinh_danh.tail6"). Each is checked against the types of the
 * fields it names. */
#ifndef KHOP_SCHEMA_SCHEMA_TESTS_H
#define KHOP_SCHEMA_SCHEMA_TESTS_H

#include "schema/schema.h"
#include "schema/schema_document.h"

enum { TEST_NAME_BYTES = SCHEMA_NAME_BYTES_MAX + 8 };

/* out_name (TEST_NAME_BYTES): the test with single blanks between its words. */
khop_status test_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                       schema_test *out_test, char *out_name, khop_error *err);

khop_status key_part_parse(const schema_document *d, const schema *s, const yaml_node_t *node,
                           schema_key_part *out_part, khop_error *err);

/* Field index of `name`, or a fault that lists the fields. */
khop_status field_resolve(const schema_document *d, const schema *s, const yaml_node_t *node,
                          const char *what, const char *name, size_t *out_field, khop_error *err);

#endif
