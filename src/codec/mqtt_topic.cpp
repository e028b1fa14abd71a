// SPDX-License-Identifier: Apache-2.0
#include "codec/mqtt_topic.hpp"

#include <cstddef>

#include "core/text.hpp"

namespace cairn::codec::mqtt {
namespace {

constexpr std::string_view share_prefix = "$share/";

bool is_refused(char32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return true;
  return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF);
}

}  // namespace

bool is_text(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && bytes[at] >= 0x20 && bytes[at] < 0x7F) ++at;
  if (at == bytes.size()) return true;  // nearly always
  if (!is_valid_utf8(bytes.substr(at))) return false;
  while (at < bytes.size()) {
    if (is_refused(next_code_point(bytes, at))) return false;
  }
  return true;
}

bool is_topic_name(std::string_view topic) {
  return !topic.empty() && topic.find_first_of("+#") == std::string_view::npos;
}

bool is_topic_filter(std::string_view filter) {
  if (filter.empty()) return false;
  Levels levels(filter);
  bool ended = false;
  for (std::string_view level; levels.next(level);) {
    if (ended) return false;
    if (level == "#") {
      ended = true;
    } else if (level != "+" && level.find_first_of("+#") != std::string_view::npos) {
      return false;
    }
  }
  return true;
}

bool filter_matches(std::string_view filter, std::string_view topic) {
  if (topic.starts_with('$') && !filter.starts_with('$')) {
    if (filter.starts_with('+') || filter.starts_with('#')) return false;
  }
  Levels wanted(filter);
  Levels given(topic);
  std::string_view want;
  std::string_view have;
  while (wanted.next(want)) {
    if (want == "#") return true;
    if (!given.next(have)) return false;
    if (want != "+" && want != have) return false;
    // "a/#" takes "a" too.
    Levels ahead = wanted;
    Levels behind = given;
    std::string_view level;
    if (!behind.next(level) && ahead.next(level) && level == "#") return true;
  }
  return !given.next(have);
}

bool filter_covers(std::string_view outer, std::string_view inner) {
  Levels wide(outer);
  Levels narrow(inner);
  std::string_view a;
  std::string_view b;
  while (wide.next(a)) {
    if (a == "#") return true;
    if (!narrow.next(b) || b == "#") return false;
    if (a != "+" && a != b) return false;
  }
  return !narrow.next(b);
}

bool is_shared(std::string_view filter) {
  return filter.starts_with(share_prefix) || filter == "$share";
}

std::optional<SharedFilter> split_shared(std::string_view filter) {
  if (!filter.starts_with(share_prefix)) return std::nullopt;
  filter.remove_prefix(share_prefix.size());
  const std::size_t slash = filter.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  const SharedFilter shared{filter.substr(0, slash), filter.substr(slash + 1)};
  if (shared.group.find_first_of("+#") != std::string_view::npos) return std::nullopt;
  if (!is_topic_filter(shared.filter)) return std::nullopt;
  return shared;
}

}  // namespace cairn::codec::mqtt
