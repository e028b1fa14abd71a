// SPDX-License-Identifier: Apache-2.0
#include "codec/detail/json_element.hpp"

#include "core/limits.hpp"

namespace cairn::codec::detail {

Result<simdjson::dom::element> parse_document(JsonBuffers& buffers, std::string_view bytes) {
  const char* padded = buffers.pad(bytes);
  simdjson::dom::element root;
  simdjson::error_code error = simdjson::SUCCESS;
  if (buffers.dom.max_depth() != limits::ingest_depth) {
    error = buffers.dom.allocate(0, limits::ingest_depth);
  }
  if (!error) error = buffers.dom.parse(padded, bytes.size(), false).get(root);
  if (error) return fail(json_error(error));
  return root;
}

bool read_result(const simdjson::dom::element& element, double& out) {
  if (element.get_double().get(out) == simdjson::SUCCESS) return true;
  bool truth = false;
  if (element.get_bool().get(truth) != simdjson::SUCCESS) return false;
  out = truth ? 1 : 0;
  return true;
}

std::string_view kind_name(const simdjson::dom::element& element) {
  switch (element.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "a list";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::STRING:
      return "a text";
    case simdjson::dom::element_type::BOOL:
      return "true or false";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

std::string json_text(const simdjson::dom::element& element) {
  return simdjson::minify(element);
}

}  // namespace cairn::codec::detail
