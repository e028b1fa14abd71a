// SPDX-License-Identifier: Apache-2.0
#include "store/history_manifest.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "core/crc32c.hpp"
#include "core/text.hpp"

namespace cairn::store {
namespace {

constexpr std::string_view head = "cairn history 1";

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> out;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) out.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return out;
}

template <class T>
bool number(std::string_view text, T& out, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc() && end == text.data() + text.size();
}

// segment <id> <points> <bytes> <first> <last> [<step>:<until> …]
bool read_segment(const std::vector<std::string_view>& word, SegmentInfo& out) {
  if (word.size() < 6 || !number(word[1], out.id) || !number(word[2], out.points) ||
      !number(word[3], out.bytes) || !number(word[4], out.first_ns) ||
      !number(word[5], out.last_ns)) {
    return false;
  }
  for (std::size_t i = 6; i < word.size(); ++i) {
    const std::size_t colon = word[i].find(':');
    Sampled sampled;
    if (colon == std::string_view::npos || !number(word[i].substr(0, colon), sampled.step_ns) ||
        !number(word[i].substr(colon + 1), sampled.until_ns)) {
      return false;
    }
    out.sampled.push_back(sampled);
  }
  return true;
}

}  // namespace

std::string segment_name(std::uint64_t id) {
  return format("segment-{:010}.history", id);
}

std::string to_text(const Manifest& manifest) {
  std::string text =
      format("{}\nnext {}\nsealed {}\n", head, manifest.next_id, manifest.sealed_position);
  for (const SegmentInfo& s : manifest.segments) {
    text += format("segment {} {} {} {} {}", s.id, s.points, s.bytes, s.first_ns, s.last_ns);
    for (const Sampled& p : s.sampled) text += format(" {}:{}", p.step_ns, p.until_ns);
    text += '\n';
  }
  return text + format("crc {:08x}\n", crc32c(text));
}

Result<Manifest> parse_manifest(std::string_view text, const std::string& path) {
  Manifest manifest;
  std::set<std::uint64_t> ids;
  std::size_t line_number = 0;
  std::string_view rest = text;
  const auto bad = [&](std::string_view what) {
    return fail(Code::io, format("damaged: {}; restore the file from a copy", what),
                format("{}:{}", path, line_number));
  };
  bool ended = false;
  while (!rest.empty()) {
    ++line_number;
    const std::size_t end = rest.find('\n');
    if (ended || end == std::string_view::npos) return bad("lines do not end with the check sum");
    const std::string_view line = rest.substr(0, end);
    const std::string_view before = text.substr(0, text.size() - rest.size());
    rest.remove_prefix(end + 1);
    const auto word = words(line);
    if (line_number == 1) {
      if (line != head) return bad("this is no manifest of a history");
    } else if (word.size() == 2 && word[0] == "next" && number(word[1], manifest.next_id)) {
    } else if (word.size() == 2 && word[0] == "sealed" &&
               number(word[1], manifest.sealed_position)) {
    } else if (word.size() == 2 && word[0] == "crc") {
      std::uint32_t crc = 0;
      if (!number(word[1], crc, 16) || crc != crc32c(before)) return bad("the check sum differs");
      ended = true;
    } else if (!word.empty() && word[0] == "segment") {
      SegmentInfo info;
      if (!read_segment(word, info) || !ids.insert(info.id).second || info.id >= manifest.next_id) {
        return bad("a segment's line is not as it was written");
      }
      manifest.segments.push_back(std::move(info));
    } else {
      return bad("an unknown line");
    }
  }
  if (!ended) return bad("the check sum at the end is missing");
  return manifest;
}

}  // namespace cairn::store
