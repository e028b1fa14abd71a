// SPDX-License-Identifier: Apache-2.0
#include "model/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "model/yaml_mistake.hpp"

namespace cairn::model {
namespace {

struct Refused {
  Error error;
};

std::string mark_place(std::string_view name, const YAML::Mark& mark) {
  return format("{}:{}:{}", name, mark.line + 1, mark.column + 1);
}

// Copies a yaml-cpp node; throws Refused, which parse_yaml turns into a result. `budget` counts
// nodes, so that aliases of aliases cannot unfold without end.
YamlNode copy(const YAML::Node& from, std::string_view name, int depth, std::size_t& budget) {
  YamlNode node;
  node.line = from.Mark().line + 1;
  node.column = from.Mark().column + 1;
  if (depth > limits::yaml_depth || budget == 0) {
    throw Refused{{Code::too_large, "nested too deeply or unfolding too large",
                   mark_place(name, from.Mark())}};
  }
  --budget;
  switch (from.Type()) {
    case YAML::NodeType::Scalar:
      node.kind = YamlNode::Kind::scalar;
      node.scalar = from.Scalar();
      node.quoted = from.Tag() == "!";
      break;
    case YAML::NodeType::Sequence:
      node.kind = YamlNode::Kind::list;
      for (const auto& item : from) node.items.push_back(copy(item, name, depth + 1, budget));
      break;
    case YAML::NodeType::Map: {
      node.kind = YamlNode::Kind::map;
      std::set<std::string> seen;
      for (const auto& member : from) {
        const std::string& key = member.first.Scalar();
        if (!seen.insert(key).second) {
          throw Refused{{Code::conflict, format("the key '{}' stands twice", key),
                         mark_place(name, member.first.Mark())}};
        }
        const YAML::Mark mark = member.first.Mark();
        node.members.push_back({key, copy(member.second, name, depth + 1, budget)});
        node.members.back().second.key_line = mark.line + 1;
        node.members.back().second.key_column = mark.column + 1;
      }
      break;
    }
    default:
      break;
  }
  return node;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto at = std::find_if(members.begin(), members.end(),
                               [&](const auto& member) { return member.first == key; });
  return at == members.end() ? nullptr : &at->second;
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view name) {
  if (text.size() > limits::yaml_bytes) {
    return fail(Code::too_large, format("larger than {} bytes", limits::yaml_bytes),
                std::string(name));
  }
  if (const std::size_t bad = first_invalid_utf8(text); bad != std::string_view::npos) {
    const auto line = 1 + std::count(text.begin(), text.begin() + bad, '\n');
    return fail(Code::invalid, "not UTF-8", format("{}:{}", name, line));
  }
  // yaml-cpp recurses while it reads: refuse nesting that could exhaust the stack beforehand.
  int depth = 0;
  int line = 1;
  for (const char c : text) {
    line += c == '\n';
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == '\n' && depth < limits::yaml_depth) continue;
    if (depth > 4 * limits::yaml_depth) {
      return fail(Code::too_large, "brackets nested too deeply", format("{}:{}", name, line));
    }
  }
  try {
    const YAML::Node root = YAML::Load(std::string(text));
    std::size_t budget = 2'000'000;
    return copy(root, name, 0, budget);
  } catch (const Refused& refused) {
    return fail(refused.error);
  } catch (const YAML::Exception& error) {
    const auto mistake = explain_yaml(text, error.mark.line + 1, error.mark.column + 1, error.msg);
    if (mistake) {
      return fail(Code::invalid, mistake->message,
                  format("{}:{}:{}", name, mistake->line, mistake->column));
    }
    return fail(Code::invalid, error.msg, mark_place(name, error.mark));
  } catch (const std::exception& error) {
    return fail(Code::invalid, error.what(), std::string(name));
  }
}

YamlMap::YamlMap(const YamlNode& node, std::string_view file, Problems& problems)
    : node_(node), file_(file), problems_(problems), is_map_(node.kind == YamlNode::Kind::map) {
  if (!is_map_) problems_.error(place(), "expected a map of `key: value` lines");
}

std::string YamlMap::place(const YamlNode& node) const {
  return format("{}:{}:{}", file_, node.line, node.column);
}

const YamlNode* YamlMap::get(std::string_view key) {
  asked_.emplace_back(key);
  const YamlNode* node = node_.find(key);
  return node != nullptr && node->kind == YamlNode::Kind::null ? nullptr : node;
}

const YamlNode* YamlMap::required(std::string_view key) {
  const YamlNode* node = get(key);
  if (node == nullptr && is_map_) problems_.error(place(), format("'{}' is missing", key));
  return node;
}

std::string YamlMap::text(std::string_view key, bool needed) {
  const YamlNode* node = needed ? required(key) : get(key);
  if (node == nullptr) return {};
  if (node->kind != YamlNode::Kind::scalar) {
    problems_.error(place(*node), format("'{}' must be a text", key));
    return {};
  }
  return node->scalar;
}

std::optional<double> YamlMap::number(std::string_view key) {
  const YamlNode* node = get(key);
  if (node == nullptr) return std::nullopt;
  const auto value =
      node->kind == YamlNode::Kind::scalar ? parse_number(node->scalar) : std::optional<double>();
  if (!value) problems_.error(place(*node), format("'{}' must be a number", key));
  return value;
}

std::optional<int> YamlMap::integer(std::string_view key) {
  const auto value = number(key);
  if (!value) return std::nullopt;
  if (*value != std::floor(*value) || std::fabs(*value) > 2e9) {
    problems_.error(place(*node_.find(key)), format("'{}' must be a whole number", key));
    return std::nullopt;
  }
  return static_cast<int>(*value);
}

bool YamlMap::flag(std::string_view key, bool otherwise) {
  const YamlNode* node = get(key);
  if (node == nullptr) return otherwise;
  if (node->kind == YamlNode::Kind::scalar) {
    if (node->scalar == "true") return true;
    if (node->scalar == "false") return false;
  }
  problems_.error(place(*node), format("'{}' must be true or false", key));
  return otherwise;
}

Label YamlMap::label(std::string_view key, bool needed) {
  const YamlNode* node = needed ? required(key) : get(key);
  if (node == nullptr) return {};
  if (node->kind == YamlNode::Kind::scalar) return {node->scalar, node->scalar};
  YamlMap map(*node, file_, problems_);
  Label label{map.text("zh"), map.text("en")};
  map.finish();
  if (map.ok() && (label.zh.empty() || label.en.empty())) {
    problems_.error(place(*node),
                    "a label needs both zh and en; where they are the same, write "
                    "one text");
  }
  return label;
}

std::vector<std::string> YamlMap::texts(std::string_view key) {
  const YamlNode* node = get(key);
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (node->kind != YamlNode::Kind::list) {
    problems_.error(place(*node), format("'{}' must be a list", key));
    return out;
  }
  for (const YamlNode& item : node->items) {
    if (item.kind == YamlNode::Kind::scalar) {
      out.push_back(item.scalar);
    } else {
      problems_.error(place(item), format("an item of '{}' must be a text", key));
    }
  }
  return out;
}

void YamlMap::finish() {
  for (const YamlMember& member : node_.members) {
    const std::string& key = member.first;
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    std::string message = format("unknown key '{}'", key);
    if (key.find("：") != std::string::npos) {
      message = format("a full-width colon ： stands in '{}'; write : and a blank", key);
    } else if (const auto near = nearest(key, asked_)) {
      message += format("; did you mean '{}'?", *near);
    } else if (!asked_.empty()) {
      std::vector<std::string> known = asked_;
      std::sort(known.begin(), known.end());
      known.erase(std::unique(known.begin(), known.end()), known.end());
      message += "; known here: " + join(known, ", ");
    }
    problems_.error(format("{}:{}:{}", file_, member.second.key_line, member.second.key_column),
                    std::move(message));
  }
}

}  // namespace cairn::model
