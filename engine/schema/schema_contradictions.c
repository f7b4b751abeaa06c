/* Contradictions between registers (`contradictions`): who answers for a register, and which fields may differ. See schema.h. */
#include "schema/schema_parse.h"
#include "schema/schema_tests.h"

khop_status contradictions_parse(const schema_document *d, schema *s, const yaml_node_t *node, khop_error *err) {
  enum { KEY_AGENCY, KEY_LEAVE_OUT, KEYS };
  static const document_key keys[KEYS] = {{"agency", false}, {"leave_out", false}};
  yaml_node_t *values[KEYS] = {NULL};
  size_t count = 0, field;
  TRY(node_keys(d, node, "contradictions", keys, KEYS, values, err));
  if (values[KEY_AGENCY]) TRY(node_text_copy(d, values[KEY_AGENCY], "agency", &s->agency, err));
  if (values[KEY_LEAVE_OUT]) TRY(node_list(d, values[KEY_LEAVE_OUT], "leave_out", SCHEMA_FIELDS_MAX, &count, err));
  for (size_t i = 0; i < count; i++) {
    const yaml_node_t *item = node_list_item(d, values[KEY_LEAVE_OUT], i);
    const char *name;
    TRY(node_text(d, item, "leave_out", &name, err));
    TRY(field_resolve(d, s, item, "leave_out", name, &field, err));
    s->may_differ |= 1ull << field;
  }
  return KHOP_OK;
}
