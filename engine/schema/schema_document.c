/* Loading a YAML text within limits. See schema_document.h. */
#include "schema/schema_document.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

khop_status document_fault(khop_error *err, const schema_document *d, const yaml_node_t *node,
                           const char *format, ...) {
  char message[sizeof err->message];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return error_set(err, KHOP_USAGE, "%s:%zu:%zu: %s", d->source, node->start_mark.line + 1,
                   node->start_mark.column + 1, message);
}

static khop_status mark_fault(khop_error *err, const char *source, yaml_mark_t mark,
                              const char *message) {
  return error_set(err, KHOP_USAGE, "%s:%zu:%zu: %s", source, mark.line + 1, mark.column + 1,
                   message);
}

/* The mark of a byte: libyaml gives only its offset when the text is not UTF-8 or holds a control
 * character. */
static yaml_mark_t mark_of_offset(const char *text, size_t length, size_t offset) {
  yaml_mark_t mark = {0};
  for (size_t i = 0; i < offset && i < length; i++) {
    if (text[i] == '\n') {
      mark.line++;
      mark.column = 0;
    } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
      mark.column++;
    }
  }
  return mark;
}

/* libyaml's own words, with where they belong. */
static khop_status parser_fault(khop_error *err, const char *source, const yaml_parser_t *parser,
                                const char *text, size_t length) {
  const char *problem = parser->problem;
  if (!problem) return error_memory(err, length, "parsing a schema"); /* not always with YAML_MEMORY_ERROR */
  if (parser->error == YAML_READER_ERROR) {
    return mark_fault(err, source, mark_of_offset(text, length, parser->problem_offset), problem);
  }
  char message[256];
  snprintf(message, sizeof message, "%s%s%s", parser->context ? parser->context : "",
           parser->context ? ": " : "", problem);
  return mark_fault(err, source, parser->problem_mark, message);
}

static bool parser_start(yaml_parser_t *parser, const char *text, size_t length) {
  if (!yaml_parser_initialize(parser)) return false;
  yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(parser, (const unsigned char *)text, length);
  return true;
}

typedef struct shape {
  unsigned depth, anchors, documents;
} shape;

/* What an event adds to the shape, or what is wrong with it. */
static const char *shape_add(shape *s, const yaml_event_t *event) {
  const yaml_char_t *anchor = NULL;
  switch (event->type) {
    case YAML_DOCUMENT_START_EVENT: s->documents++; break;
    case YAML_SEQUENCE_START_EVENT:
      anchor = event->data.sequence_start.anchor;
      s->depth++;
      break;
    case YAML_MAPPING_START_EVENT:
      anchor = event->data.mapping_start.anchor;
      s->depth++;
      break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: s->depth--; break;
    case YAML_SCALAR_EVENT: anchor = event->data.scalar.anchor; break;
    default: break;
  }
  if (anchor) s->anchors++;
  if (s->documents > 1) return "a second document: a schema is one";
  if (s->depth > DOCUMENT_DEPTH_MAX) return "nested more than 16 levels deep";
  if (s->anchors > DOCUMENT_ANCHORS_MAX) return "more than 64 anchors";
  return NULL;
}

/* One pass over the events, which libyaml makes without building anything: stops at the first that
 * breaks a limit, before the work grows. */
static khop_status shape_check(yaml_parser_t *parser, const char *source, const char *text,
                               size_t length, khop_error *err) {
  /* Directives are collected before the first event and checked pairwise. */
  if (memmem(text, length, "%TAG", 4)) {
    return error_set(err, KHOP_USAGE, "%s: %%TAG directives are not supported", source);
  }
  shape s = {0};
  for (bool ended = false; !ended;) {
    yaml_event_t event;
    if (!yaml_parser_parse(parser, &event)) return parser_fault(err, source, parser, text, length);
    const char *problem = shape_add(&s, &event);
    yaml_mark_t mark = event.start_mark;
    ended = event.type == YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
    if (problem) return mark_fault(err, source, mark, problem);
  }
  if (s.documents == 0) return error_set(err, KHOP_USAGE, "%s: empty: no schema in it", source);
  return KHOP_OK;
}

khop_status document_load(schema_document *out_document, const char *source, const char *text,
                          size_t length, khop_error *err) {
  *out_document = (schema_document){.source = source};
  yaml_parser_t parser;
  if (!parser_start(&parser, text, length)) return error_memory(err, length, "parsing a schema");
  khop_status status = shape_check(&parser, source, text, length, err);
  yaml_parser_delete(&parser);
  if (status != KHOP_OK) return status;

  if (!parser_start(&parser, text, length)) return error_memory(err, length, "parsing a schema");
  if (!yaml_parser_load(&parser, &out_document->yaml)) {
    status = parser_fault(err, source, &parser, text, length);
    out_document->yaml = (yaml_document_t){0};
  } else {
    out_document->root = yaml_document_get_root_node(&out_document->yaml);
  }
  yaml_parser_delete(&parser);
  return status;
}

void document_free(schema_document *d) {
  if (d->root) yaml_document_delete(&d->yaml);
  *d = (schema_document){0};
}
