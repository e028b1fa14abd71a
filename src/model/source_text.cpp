// SPDX-License-Identifier: Apache-2.0
#include "model/source_text.hpp"

#include <algorithm>
#include <utility>

namespace cairn::model {
namespace {

bool blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool find(const YamlNode& node, const YamlMember* owner, int line, int column,
          std::vector<std::string>& path, Spot& out) {
  if (node.line == line && node.column == column) {
    out = {&node, owner, false, path};
    return true;
  }
  for (const YamlMember& member : node.members) {
    path.push_back(member.first);
    if (member.second.key_line == line && member.second.key_column == column) {
      out = {&member.second, &member, true, path};
      return true;
    }
    if (find(member.second, &member, line, column, path, out)) return true;
    path.pop_back();
  }
  for (const YamlNode& item : node.items) {
    if (find(item, nullptr, line, column, path, out)) return true;
  }
  return false;
}

}  // namespace

SourceText::SourceText(std::string text) : text_(std::move(text)) {
  lines_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') lines_.push_back(i + 1);
  }
  if (auto root = parse_yaml(text_, "")) root_ = std::move(*root);
}

std::string_view SourceText::line(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > lines_.size()) return {};
  const std::size_t begin = lines_[static_cast<std::size_t>(number) - 1];
  std::string_view out = std::string_view(text_).substr(begin);
  out = out.substr(0, out.find('\n'));
  if (out.ends_with('\r')) out.remove_suffix(1);
  return out;
}

std::size_t SourceText::offset(int line, int column) const {
  if (line < 1 || static_cast<std::size_t>(line) > lines_.size()) return text_.size();
  const std::size_t begin = lines_[static_cast<std::size_t>(line) - 1];
  return std::min(begin + static_cast<std::size_t>(std::max(column, 1) - 1), text_.size());
}

int SourceText::line_of(std::size_t offset) const {
  const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
  return static_cast<int>(next - lines_.begin());
}

std::optional<Spot> SourceText::spot(int line, int column) const {
  Spot out;
  std::vector<std::string> path;
  if (!root_ || !find(*root_, nullptr, line, column, path, out)) return std::nullopt;
  return out;
}

Piece SourceText::key(const YamlMember& member) const {
  const std::size_t begin = offset(member.second.key_line, member.second.key_column);
  const bool quoted = begin < text_.size() && (text_[begin] == '\'' || text_[begin] == '"');
  return {begin, std::min(begin + member.first.size() + (quoted ? 2 : 0), text_.size())};
}

Piece SourceText::scalar(const YamlNode& node) const {
  const std::vector<std::size_t> bytes = bytes_of(node);
  const std::size_t start = offset(node.line, node.column);
  if (bytes.empty()) return {start, std::min(start + 1, text_.size())};
  const int line = line_of(bytes[0]);
  std::size_t end = bytes[0] + 1;
  for (const std::size_t at : bytes) {
    if (line_of(at) == line) end = std::max(end, at + 1);
  }
  while (end > bytes[0] + 1 && blank(text_[end - 1])) --end;
  return {bytes[0], end};
}

std::vector<std::size_t> SourceText::bytes_of(const YamlNode& node) const {
  std::vector<std::size_t> out;
  std::size_t at = offset(node.line, node.column);
  while (at < text_.size() && (text_[at] == '&' || text_[at] == '!')) {  // an anchor, a tag
    while (at < text_.size() && !blank(text_[at])) ++at;
    while (at < text_.size() && blank(text_[at])) ++at;
  }
  const char first = at < text_.size() ? text_[at] : '\0';
  if (first == '|' || first == '>') {
    at = std::min(text_.find('\n', at), text_.size());  // behind the header of the block
  } else if (first == '\'' || first == '"') {
    ++at;
  }
  // Value and source side by side. A line feed that was folded is a blank of the value; what the
  // source has besides (indentation, doubled quotes, escapes) is passed over.
  for (const char c : node.scalar) {
    if (blank(c)) {
      out.push_back(std::min(at, text_.size()));
      if (at < text_.size() && text_[at] != c) {
        while (at < text_.size() && blank(text_[at])) ++at;
      } else {
        ++at;
      }
      continue;
    }
    while (at < text_.size() && text_[at] != c && (blank(text_[at]) || text_[at] == '\\')) ++at;
    if (at >= text_.size() || text_[at] != c) break;
    out.push_back(at++);
    if (c == '\'' && first == '\'' && at < text_.size() && text_[at] == '\'') ++at;
  }
  return out;
}

}  // namespace cairn::model
