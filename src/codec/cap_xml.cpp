// SPDX-License-Identifier: Apache-2.0
#include "codec/cap_xml.hpp"

#include <expat.h>

#include <memory>
#include <optional>

#include "codec/cap.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

// Stands between namespace and local name; no XML document can have it.
constexpr char separator = '\x01';

struct Parse {
  XML_Parser parser = nullptr;
  XmlLimits limits;
  XmlDocument document;
  std::vector<std::uint32_t> open;
  std::optional<Error> error;

  void stop(Code code, std::string message) {
    if (error) return;
    error = Error{code, std::move(message), here()};
    XML_StopParser(parser, XML_FALSE);
  }
  std::string here() const {
    return format("{}:{}", XML_GetCurrentLineNumber(parser),
                  XML_GetCurrentColumnNumber(parser) + 1);
  }
};

void split_name(const XML_Char* full, std::string& space, std::string& name) {
  const std::string_view text(full);
  const std::size_t at = text.find(separator);
  if (at != std::string_view::npos) space = text.substr(0, at);
  name = at == std::string_view::npos ? text : text.substr(at + 1);
}

void on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
  auto& parse = *static_cast<Parse*>(data);
  if (parse.error) return;
  if (parse.open.size() >= static_cast<std::size_t>(parse.limits.depth)) {
    return parse.stop(Code::too_large,
                      format("elements are nested deeper than {}", parse.limits.depth));
  }
  if (parse.document.nodes.size() >= parse.limits.elements) {
    return parse.stop(Code::too_large, format("there are more than {} elements: split the message",
                                              parse.limits.elements));
  }
  XmlNode node;
  split_name(name, node.space, node.name);
  node.line = static_cast<std::uint32_t>(XML_GetCurrentLineNumber(parse.parser));
  node.column = static_cast<std::uint32_t>(XML_GetCurrentColumnNumber(parse.parser) + 1);
  for (std::size_t i = 0; attributes[i] != nullptr; i += 2) {
    if (i / 2 >= parse.limits.attributes) {
      return parse.stop(Code::too_large,
                        format("an element has more than {} attributes", parse.limits.attributes));
    }
    XmlAttribute& attribute = node.attributes.emplace_back();
    split_name(attributes[i], attribute.space, attribute.name);
    attribute.value = attributes[i + 1];
  }
  const auto id = static_cast<std::uint32_t>(parse.document.nodes.size());
  if (!parse.open.empty()) {
    node.parent = parse.open.back();
    parse.document.nodes[node.parent].children.push_back(id);
  }
  parse.document.nodes.push_back(std::move(node));
  parse.open.push_back(id);
}

void on_end(void* data, const XML_Char*) {
  auto& parse = *static_cast<Parse*>(data);
  if (!parse.error) parse.open.pop_back();
}

void on_text(void* data, const XML_Char* text, int size) {
  auto& parse = *static_cast<Parse*>(data);
  if (parse.error || parse.open.empty()) return;
  parse.document.nodes[parse.open.back()].text.append(text, static_cast<std::size_t>(size));
}

void on_doctype(void* data, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  static_cast<Parse*>(data)->stop(
      Code::denied,
      "a document type declaration (<!DOCTYPE …>) is refused, as are entities of "
      "one's own: send the message without it");
}

Error parser_error(const Parse& parse) {
  const XML_Error code = XML_GetErrorCode(parse.parser);
  std::string message = format("not well-formed XML: {}", XML_ErrorString(code));
  if (code == XML_ERROR_UNKNOWN_ENCODING) {
    message = "the encoding of the document is not known here: save it as UTF-8";
  } else if (code == XML_ERROR_UNDEFINED_ENTITY) {
    message = "an entity that XML does not define: write the character itself";
  } else if (code == XML_ERROR_NO_ELEMENTS) {
    message = "there is no XML element: the document is empty or cut off";
  }
  return {Code::invalid, std::move(message), parse.here()};
}

}  // namespace

std::string XmlDocument::place(const XmlNode& node) const {
  std::string path;
  const XmlNode* at = &node;
  while (true) {
    std::string step(excerpt(at->name));
    const bool is_root = at == nodes.data();
    if (!is_root) {
      std::size_t same = 0;
      std::size_t own = 0;
      for (const std::uint32_t child : nodes[at->parent].children) {
        if (nodes[child].name != at->name) continue;
        ++same;
        if (&nodes[child] == at) own = same;
      }
      if (same > 1) step += format("[{}]", own);
    }
    path = path.empty() ? step : step + "/" + path;
    if (is_root) break;
    at = &nodes[at->parent];
  }
  return format("{}:{} {}", node.line, node.column, path);
}

Result<XmlDocument> read_xml(std::string_view bytes, const XmlLimits& limits) {
  if (bytes.size() > limits.bytes || bytes.size() > INT32_MAX) {
    return fail(Code::too_large,
                format("the document has {} bytes, {} are the limit", bytes.size(), limits.bytes));
  }
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreateNS(nullptr, separator), &XML_ParserFree);
  if (!parser) return fail(Code::internal, "no memory for an XML parser");
  Parse parse;
  parse.parser = parser.get();
  parse.limits = limits;
  XML_SetUserData(parse.parser, &parse);
  XML_SetElementHandler(parse.parser, on_start, on_end);
  XML_SetCharacterDataHandler(parse.parser, on_text);
  XML_SetStartDoctypeDeclHandler(parse.parser, on_doctype);
  const XML_Status status =
      XML_Parse(parse.parser, bytes.data(), static_cast<int>(bytes.size()), XML_TRUE);
  if (parse.error) return fail(*parse.error);
  if (status != XML_STATUS_OK) return fail(parser_error(parse));
  return std::move(parse.document);
}

std::size_t first_not_xml(std::string_view text) {
  const std::size_t broken = first_invalid_utf8(text);
  std::size_t at = 0;
  while (at < text.size() && at != broken) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xFFFE || c == 0xFFFF) {
      return begin;
    }
  }
  return broken;
}

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") {
  frames_.emplace_back();
}

int XmlWriter::count(std::string_view name) {
  for (auto& [known, number] : frames_.back().counts) {
    if (known == name) return ++number;
  }
  frames_.back().counts.emplace_back(name, 1);
  return 1;
}

void XmlWriter::refuse(std::string_view name, Error error) {
  if (!status_) return;
  std::string path;
  for (std::size_t i = 1; i < frames_.size(); ++i) path += frames_[i].name + "/";
  error.place = path + std::string(name);
  status_ = fail(std::move(error));
}

void XmlWriter::escaped(std::string_view text, bool in_attribute) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':  // only "]]>" must not stand, but > alone is no better
        out_ += "&gt;";
        break;
      case '\r':  // readers make a line feed of a carriage return that is not escaped
        out_ += "&#13;";
        break;
      case '"':
      case '\t':
      case '\n':
        if (in_attribute) {
          out_ += format("&#{};", static_cast<int>(c));
        } else {
          out_ += c;
        }
        break;
      default:
        out_ += c;
    }
  }
}

void XmlWriter::start(std::string_view name, std::initializer_list<XmlAttribute> attributes) {
  out_.append(2 * (frames_.size() - 1), ' ');
  out_ += '<';
  out_ += name;
  for (const XmlAttribute& attribute : attributes) {
    if (first_not_xml(attribute.value) != std::string_view::npos) {
      refuse(name, {Code::invalid, "the attribute " + attribute.name + " is no text for XML", {}});
    }
    out_ += format(" {}=\"", attribute.name);
    escaped(attribute.value, true);
    out_ += '"';
  }
}

void XmlWriter::open(std::string_view name, std::initializer_list<XmlAttribute> attributes) {
  start(name, attributes);
  out_ += ">\n";
  const int number = count(name);
  frames_.push_back({frames_.size() == 1 ? std::string(name) : format("{}[{}]", name, number), {}});
}

void XmlWriter::close() {
  const std::string& step = frames_.back().name;
  const std::string name = step.substr(0, step.find('['));
  frames_.pop_back();
  out_.append(2 * (frames_.size() - 1), ' ');
  out_ += "</" + name + ">\n";
}

void XmlWriter::element(std::string_view name, std::string_view text,
                        std::initializer_list<XmlAttribute> attributes) {
  const int number = count(name);
  if (const std::size_t at = first_not_xml(text); at != std::string_view::npos) {
    refuse(format("{}[{}]", name, number),
           {Code::invalid,
            format("byte {} of the text is no character that XML can carry: remove it", at + 1),
            {}});
  }
  start(name, attributes);
  if (text.empty()) {
    out_ += "/>\n";
    return;
  }
  out_ += '>';
  escaped(text, false);
  out_ += "</";
  out_ += name;
  out_ += ">\n";
}

Result<std::string> XmlWriter::take() && {
  if (!status_) return fail(status_.error());
  return std::move(out_);
}

}  // namespace cairn::codec
