// SPDX-License-Identifier: Apache-2.0
#include "probe/page.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/text.hpp"

namespace cairn::probe {
namespace {

constexpr std::size_t run_length = 5;

struct Tag {
  std::string name;         // lower case, with '/' in front of an end tag
  std::string_view inside;  // between the name and '>'
  std::size_t end = 0;      // behind '>'
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// The end of a tag: the first '>' outside quotes.
std::size_t tag_end(std::string_view html, std::size_t at) {
  char quote = '\0';
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    }
  }
  return html.size();
}

// The tag that begins at `at`, which is a '<'; nothing when it is only a character.
std::optional<Tag> read_tag(std::string_view html, std::size_t at) {
  std::size_t i = at + 1;
  Tag tag;
  if (i < html.size() && html[i] == '/') {
    tag.name = "/";
    ++i;
  }
  if (i >= html.size() || !is_letter(html[i])) return std::nullopt;
  const std::size_t begin = i;
  while (i < html.size() && !is_blank(html[i]) && html[i] != '>' && html[i] != '/') ++i;
  tag.name += lower_ascii(html.substr(begin, i - begin));
  const std::size_t end = tag_end(html, i);
  tag.inside = html.substr(i, end - i);
  tag.end = std::min(end + 1, html.size());
  return tag;
}

// Behind a comment, a declaration or a processing instruction at `at`; npos: it is none.
std::size_t skip_markup(std::string_view html, std::size_t at) {
  if (html.substr(at, 4) == "<!--") {
    const std::size_t end = html.find("-->", at + 4);
    return end == std::string_view::npos ? html.size() : end + 3;
  }
  if (at + 1 < html.size() && (html[at + 1] == '!' || html[at + 1] == '?')) {
    const std::size_t end = html.find('>', at);
    return end == std::string_view::npos ? html.size() : end + 1;
  }
  return std::string_view::npos;
}

// Behind the end tag of an element whose content is no text.
std::size_t skip_element(std::string_view html, const Tag& tag) {
  const std::string end = "</" + tag.name;
  for (std::size_t at = tag.end; at < html.size(); ++at) {
    at = html.find("</", at);
    if (at == std::string_view::npos) return html.size();
    if (iequals_ascii(html.substr(at, end.size()), end)) {
      return std::min(tag_end(html, at) + 1, html.size());
    }
  }
  return html.size();
}

bool holds_no_text(std::string_view name) {
  return name == "script" || name == "style" || name == "template" || name == "noscript";
}

// The character of the entity at `at` ("&amp;"), with `at` moved behind it; '&' when it is none.
char32_t read_entity(std::string_view html, std::size_t& at) {
  constexpr std::array<std::pair<std::string_view, char32_t>, 6> named{
      {{"amp", U'&'}, {"lt", U'<'}, {"gt", U'>'}, {"quot", U'"'}, {"apos", U'\''}, {"nbsp", U' '}}};
  const std::size_t end = html.substr(at, 12).find(';');
  if (end != std::string_view::npos && end > 1) {
    const std::string_view name = html.substr(at + 1, end - 1);
    for (const auto& [text, character] : named) {
      if (name == text) {
        at += end + 1;
        return character;
      }
    }
    if (name.front() == '#') {
      std::uint32_t code = 0;
      const bool hex = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
      bool fine = name.size() > (hex ? 2u : 1u);
      for (const char c : name.substr(hex ? 2 : 1)) {
        const bool digit = c >= '0' && c <= '9';
        const char low = static_cast<char>(c | 0x20);
        const bool letter = hex && low >= 'a' && low <= 'f';
        fine = fine && (digit || letter) && code < 0x110000;
        if (!fine) break;
        code =
            code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit ? c - '0' : low - 'a' + 10);
      }
      if (fine && code != 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF)) {
        at += end + 1;
        return code;
      }
    }
  }
  ++at;
  return U'&';
}

bool counts(char32_t c) {
  if (c <= 0x20 || (c >= U'0' && c <= U'9')) return false;
  const bool blank = c == 0x7F || c == 0xA0 || c == 0x3000 || c == 0xFEFF ||
                     (c >= 0x2000 && c <= 0x200F) || c == 0x2028 || c == 0x2029;
  return !blank && !(c >= 0xFF10 && c <= 0xFF19);
}

void append(std::string& out, char32_t c) {
  if (!counts(c)) return;
  if (c >= U'A' && c <= U'Z') c += 0x20;
  append_utf8(out, c);
}

// FNV-1a of one run of characters.
std::uint64_t hash_run(const std::u32string& text, std::size_t at, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (std::size_t i = at; i < at + size; ++i) {
    for (int shift = 0; shift < 32; shift += 8) {
      hash = (hash ^ (text[i] >> shift & 0xFF)) * 0x100000001b3u;
    }
  }
  return hash;
}

std::vector<std::uint64_t> runs_of(std::string_view text) {
  std::u32string characters;
  for (std::size_t at = 0; at < text.size();) characters += next_code_point(text, at);
  std::vector<std::uint64_t> out;
  if (characters.empty()) return out;
  const std::size_t size = std::min(run_length, characters.size());
  for (std::size_t i = 0; i + size <= characters.size(); ++i) {
    out.push_back(hash_run(characters, i, size));
  }
  std::ranges::sort(out);
  const auto rest = std::ranges::unique(out);
  out.erase(rest.begin(), rest.end());
  return out;
}

// The value of an attribute of a tag, with its entities read.
std::optional<std::string> attribute(std::string_view inside, std::string_view wanted) {
  std::size_t i = 0;
  while (i < inside.size()) {
    while (i < inside.size() && (is_blank(inside[i]) || inside[i] == '/')) ++i;
    const std::size_t begin = i;
    while (i < inside.size() && !is_blank(inside[i]) && inside[i] != '=' && inside[i] != '/') ++i;
    const std::string_view name = inside.substr(begin, i - begin);
    while (i < inside.size() && is_blank(inside[i])) ++i;
    std::string_view value;
    if (i < inside.size() && inside[i] == '=') {
      ++i;
      while (i < inside.size() && is_blank(inside[i])) ++i;
      const char quote = i < inside.size() ? inside[i] : '\0';
      if (quote == '"' || quote == '\'') {
        const std::size_t end = std::min(inside.find(quote, i + 1), inside.size());
        value = inside.substr(i + 1, end - i - 1);
        i = std::min(end + 1, inside.size());
      } else {
        const std::size_t start = i;
        while (i < inside.size() && !is_blank(inside[i])) ++i;
        value = inside.substr(start, i - start);
      }
    } else if (name.empty()) {
      ++i;
    }
    if (!iequals_ascii(name, wanted)) continue;
    std::string out;
    for (std::size_t at = 0; at < value.size();) {
      if (value[at] == '&') {
        append_utf8(out, read_entity(value, at));
      } else {
        out += value[at++];
      }
    }
    return out;
  }
  return std::nullopt;
}

}  // namespace

std::string visible_text(std::string_view html) {
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    const char c = html[at];
    if (c == '<') {
      if (const std::size_t behind = skip_markup(html, at); behind != std::string_view::npos) {
        at = behind;
        continue;
      }
      if (const auto tag = read_tag(html, at)) {
        at = holds_no_text(tag->name) ? skip_element(html, *tag) : tag->end;
        continue;
      }
    }
    if (c == '&') {
      append(out, read_entity(html, at));
    } else {
      append(out, next_code_point(html, at));
    }
  }
  return out;
}

double similarity(std::string_view a, std::string_view b) {
  const auto left = runs_of(a);
  const auto right = runs_of(b);
  if (left.empty() && right.empty()) return 1;
  std::size_t common = 0;
  for (auto l = left.begin(), r = right.begin(); l != left.end() && r != right.end();) {
    if (*l == *r) {
      ++common;
      ++l;
      ++r;
    } else if (*l < *r) {
      ++l;
    } else {
      ++r;
    }
  }
  return static_cast<double>(common) / static_cast<double>(left.size() + right.size() - common);
}

Links links_of(std::string_view html, const Target& page, std::size_t most) {
  Links out;
  for (std::size_t at = 0; at < html.size();) {
    at = html.find('<', at);
    if (at == std::string_view::npos) break;
    if (const std::size_t behind = skip_markup(html, at); behind != std::string_view::npos) {
      at = behind;
      continue;
    }
    const auto tag = read_tag(html, at);
    if (!tag) {
      ++at;
      continue;
    }
    at = holds_no_text(tag->name) ? skip_element(html, *tag) : tag->end;
    if (tag->name != "a" && tag->name != "area") continue;
    const auto href = attribute(tag->inside, "href");
    if (!href) continue;
    const auto to = resolve(page, *href);
    if (!to) continue;
    if (!to->same_origin) {
      ++out.outside;
      continue;
    }
    const bool known =
        to->path == page.path || std::ranges::find(out.inside, to->path) != out.inside.end();
    if (!known && out.inside.size() < most) out.inside.push_back(to->path);
  }
  return out;
}

}  // namespace cairn::probe
