// SPDX-License-Identifier: Apache-2.0
// The XML under warnings and their feeds: read into a flat tree within limits, and written.
// A document type declaration is refused, so there are no entities to grow or to fetch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace cairn::codec {

struct XmlLimits {
  std::size_t bytes = std::size_t{4} << 20;  // a warning with a picture inside; most have 10 kB
  std::size_t elements = 50'000;             // a province's 15,000 geocodes are 45,000
  std::size_t attributes = 32;               // of one element
  int depth = 24;                            // CAP needs 5, a signature inside it 8
};

struct XmlAttribute {
  std::string space;  // namespace, empty for none
  std::string name;
  std::string value;
  bool operator==(const XmlAttribute&) const = default;
};

struct XmlNode {
  std::string space;
  std::string name;
  std::string text;  // its own character data, without that of its children
  std::vector<XmlAttribute> attributes;
  std::vector<std::uint32_t> children;
  std::uint32_t parent = 0;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// nodes[0] is the root, the others follow in document order.
struct XmlDocument {
  std::vector<XmlNode> nodes;

  // "12:5 alert/info[2]/area": line, column, and the way there; [n] where there are several.
  std::string place(const XmlNode& node) const;
};

Result<XmlDocument> read_xml(std::string_view bytes, const XmlLimits& limits = {});

// Byte offset of the first character that XML 1.0 cannot carry, or npos.
std::size_t first_not_xml(std::string_view text);

// Writes elements with two blanks of indentation. The first refusal stays and is the result.
class XmlWriter {
 public:
  XmlWriter();
  void open(std::string_view name, std::initializer_list<XmlAttribute> attributes = {});
  void close();
  void element(std::string_view name, std::string_view text,
               std::initializer_list<XmlAttribute> attributes = {});
  // What is written next under that name is wrong.
  void refuse(std::string_view name, Error error);
  Result<std::string> take() &&;

 private:
  struct Frame {
    std::string name;
    std::vector<std::pair<std::string, int>> counts;  // children so far, by name
  };

  int count(std::string_view name);
  void start(std::string_view name, std::initializer_list<XmlAttribute> attributes);
  void escaped(std::string_view text, bool in_attribute);

  std::string out_;
  std::vector<Frame> frames_;
  Status status_;
};

}  // namespace cairn::codec
