// SPDX-License-Identifier: Apache-2.0
// YAML as plain nodes with their place: yaml-cpp behind a value type, so that no exception and no
// library header leaves this file. Duplicate keys, anchors cycles and files over the limits are
// errors.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"

namespace cairn::model {

struct YamlMember;

struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string scalar;
  bool quoted = false;              // a scalar in quotes: "5104" is text
  std::vector<YamlNode> items;      // of a list
  std::vector<YamlMember> members;  // of a map, in file order
  int line = 0;                     // 1-based
  int column = 0;                   // 1-based
  int key_line = 0;                 // of the key that it stands behind; 0: of a list, or the root
  int key_column = 0;

  const YamlNode* find(std::string_view key) const;
};

struct YamlMember {
  std::string first;  // the key
  YamlNode second;
};

Result<YamlNode> parse_yaml(std::string_view text, std::string_view name);

// Reads the members of a map by key; what nobody asked for is reported by finish() with a
// suggestion. Values of the wrong kind are reported and count as absent.
class YamlMap {
 public:
  YamlMap(const YamlNode& node, std::string_view file, Problems& problems);

  std::string place() const { return place(node_); }
  std::string place(const YamlNode& node) const;
  bool ok() const { return is_map_; }

  const YamlNode* get(std::string_view key);       // nothing when absent
  const YamlNode* required(std::string_view key);  // absent: a problem
  std::string text(std::string_view key, bool needed = false);
  std::optional<double> number(std::string_view key);
  std::optional<int> integer(std::string_view key);
  bool flag(std::string_view key, bool otherwise = false);
  Label label(std::string_view key, bool needed = false);  // {zh: …, en: …} or one text for both
  std::vector<std::string> texts(std::string_view key);    // a list of scalars
  void finish();  // reports unknown keys, at the key, with the near one or all known ones

 private:
  const YamlNode& node_;
  std::string file_;
  Problems& problems_;
  std::vector<std::string> asked_;
  bool is_map_ = false;
};

}  // namespace cairn::model
