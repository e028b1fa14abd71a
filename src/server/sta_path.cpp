// SPDX-License-Identifier: Apache-2.0
#include "server/sta_path.hpp"

#include "core/text.hpp"
#include "server/query.hpp"

namespace cairn::server::sta {
namespace {

Result<Id> read_id(std::string_view text, std::size_t& at) {
  if (at < text.size() && text[at] == '\'') {
    std::string out;
    for (++at; at < text.size(); ++at) {
      if (text[at] != '\'') {
        out.push_back(text[at]);
      } else if (at + 1 < text.size() && text[at + 1] == '\'') {
        out.push_back('\'');
        ++at;
      } else {
        ++at;
        return Id{std::move(out)};
      }
    }
    return fail(Code::invalid, "an identifier has no closing quote");
  }
  const std::size_t end = std::min(text.find(')', at), text.size());
  const std::string_view word = text.substr(at, end - at);
  const auto number = parse_integer(word);
  if (!number) {
    return fail(Code::invalid,
                format("'{}' is no identifier: a whole number, or a text in single quotes", word));
  }
  at = end;
  return Id{*number};
}

}  // namespace

Result<std::vector<PathSegment>> read_path(std::string_view path) {
  const auto decoded = percent_decode(path, false);
  if (!decoded) return fail(decoded.error());
  const std::string_view text = *decoded;
  std::vector<PathSegment> out;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '/') return fail(Code::invalid, format("'/' is missing at byte {}", at));
    const std::size_t begin = ++at;
    if (begin == text.size()) break;  // a closing slash
    while (at < text.size() && text[at] != '/' && text[at] != '(') ++at;
    PathSegment segment{std::string(text.substr(begin, at - begin)), std::nullopt};
    if (segment.name.empty())
      return fail(Code::invalid, format("a name is missing at byte {}", at));
    if (at < text.size() && text[at] == '(') {
      auto id = read_id(text, ++at);
      if (!id) return fail(id.error());
      if (at >= text.size() || text[at] != ')') {
        return fail(Code::invalid, format("')' is missing at byte {}", at));
      }
      ++at;
      segment.id = std::move(*id);
    }
    out.push_back(std::move(segment));
  }
  return out;
}

}  // namespace cairn::server::sta
