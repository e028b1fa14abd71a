// SPDX-License-Identifier: Apache-2.0
#include "server/router.hpp"

#include <algorithm>
#include <optional>

#include "core/text.hpp"

namespace cairn::server {
namespace {

using Captures = std::vector<std::pair<std::string, std::string>>;

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> out;
  if (path.starts_with('/')) path.remove_prefix(1);
  for (const std::string_view part : split(path, '/')) out.emplace_back(part);
  return out;
}

// One segment against `{name}`, `{name}.ext` or plain text.
bool match_segment(const std::string& pattern, const std::string& segment, Captures& captures) {
  if (!pattern.starts_with('{')) return pattern == segment;
  const std::size_t end = pattern.find('}');
  const std::string_view suffix = std::string_view(pattern).substr(end + 1);
  if (segment.size() <= suffix.size() || !segment.ends_with(suffix)) return false;
  captures.emplace_back(pattern.substr(1, end - 1),
                        segment.substr(0, segment.size() - suffix.size()));
  return true;
}

std::optional<Captures> match(const std::vector<std::string>& pattern,
                              const std::vector<std::string>& path) {
  Captures captures;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == "*") {
      std::string rest;
      for (std::size_t k = i; k < path.size(); ++k) rest += (k == i ? "" : "/") + path[k];
      captures.emplace_back("*", std::move(rest));
      return captures;
    }
    if (i >= path.size() || !match_segment(pattern[i], path[i], captures)) return std::nullopt;
  }
  if (path.size() != pattern.size()) return std::nullopt;
  return captures;
}

}  // namespace

const std::string& Call::path(std::string_view name) const {
  static const std::string none;
  for (const auto& [key, value] : captures) {
    if (key == name) return value;
  }
  return none;
}

void Router::add(Route route) {
  auto segments = segments_of(route.pattern);
  routes_.emplace_back(std::move(route), std::move(segments));
}

void Router::add_first(Route route) {
  auto segments = segments_of(route.pattern);
  routes_.insert(routes_.begin(), {std::move(route), std::move(segments)});
}

Match Router::find(std::string_view method, std::string_view path) const {
  Match out;
  const std::vector<std::string> segments = segments_of(path);
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const auto& [route, pattern] : routes_) {
    auto captures = match(pattern, segments);
    if (!captures) continue;
    if (route.method != wanted) {
      if (!out.allow.empty()) out.allow += ", ";
      out.allow += route.method == "GET" ? "GET, HEAD" : route.method;
      continue;
    }
    for (auto& [name, value] : *captures) {
      if (name == "*") continue;
      auto decoded = percent_decode(value, false);
      if (!decoded) {
        out.path_error = decoded.error().message;
        return out;
      }
      value = std::move(*decoded);
    }
    out.route = &route;
    out.captures = std::move(*captures);
    return out;
  }
  return out;
}

}  // namespace cairn::server
