// SPDX-License-Identifier: Apache-2.0
// A file of YAML with the way back from its nodes to its characters.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/yaml.hpp"

namespace cairn::model {

// Bytes [begin, end) of a file.
struct Piece {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where a place of a loader stands in the tree.
struct Spot {
  const YamlNode* node = nullptr;
  const YamlMember* owner = nullptr;  // the member whose value it is; none: of a list, or the root
  bool key = false;                   // the place is that of the owner's key
  std::vector<std::string> path;      // keys from the root to it; items of lists have none
};

class SourceText {
 public:
  explicit SourceText(std::string text);

  std::string_view text() const { return text_; }
  const YamlNode* root() const { return root_ ? &*root_ : nullptr; }  // none: it is no YAML
  std::string_view line(int number) const;                            // 1-based, without its end
  std::size_t offset(int line, int column) const;                     // columns are bytes, 1-based
  int line_of(std::size_t offset) const;

  std::optional<Spot> spot(int line, int column) const;
  Piece key(const YamlMember& member) const;
  // What a scalar is written as: without its quotes; of several lines the first.
  Piece scalar(const YamlNode& node) const;
  // Where each byte of a scalar's value stands, also of folded and literal blocks.
  std::vector<std::size_t> bytes_of(const YamlNode& node) const;

 private:
  std::string text_;
  std::vector<std::size_t> lines_;  // where each begins
  std::optional<YamlNode> root_;
};

}  // namespace cairn::model
