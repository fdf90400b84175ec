#ifndef WRIT_CYAML_SHIM_H
#define WRIT_CYAML_SHIM_H

#include <string.h>
#include <yaml.h>

// Gives `parser` a text that is known to be UTF-8, without a byte order mark and without a
// character that libyaml refuses. `characters` is its length in Unicode scalars; `text` must
// outlive the parser.
//
// libyaml's reader decodes its input character by character into a buffer, a seventh of the whole
// work. A text that fits is copied there as the reader would have left it: all of it unread, a NUL
// behind it, the input at its end. That is knowledge of libyaml's inside, so it is for 0.2.5 only
// (nothing is newer since 2020); any other version, and a longer text, take the usual way.
static inline void writ_yaml_parser_set_text(yaml_parser_t *parser, const unsigned char *text,
                                             size_t size, size_t characters) {
  int major, minor, patch;
  yaml_get_version(&major, &minor, &patch);
  yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(parser, text, size);
  if (major != 0 || minor != 2 || patch != 5) return;
  // The scanner looks up to three bytes ahead.
  if (size + 4 > (size_t)(parser->buffer.end - parser->buffer.start)) return;
  memcpy(parser->buffer.start, text, size);
  memset(parser->buffer.start + size, 0, 4);
  parser->buffer.pointer = parser->buffer.start;
  parser->buffer.last = parser->buffer.start + size + 1;
  parser->unread = characters + 1;
  parser->eof = 1;
}

#endif
