// SPDX-License-Identifier: Apache-2.0
#include "server/http_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::string_view line_end = "\r\n";

// RFC 9110, 5.6.2.
constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> out{};
  for (int c = 'a'; c <= 'z'; ++c) out[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) out[static_cast<std::size_t>(c)] = true;
  for (int c = '0'; c <= '9'; ++c) out[static_cast<std::size_t>(c)] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) out[static_cast<std::size_t>(c)] = true;
  return out;
}();

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return token_characters[static_cast<unsigned char>(c)];
  });
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t';
  });
}

void assign_lower(std::string& out, std::string_view text) {
  out.assign(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// What the headers together say of the message.
struct Seen {
  int hosts = 0;
  int lengths = 0;
  std::size_t length = 0;
  bool keep_alive = true;
  bool plain = true;  // nothing that changes how the message is framed
};

void note(const Header& header, Seen& seen) {
  const std::string_view name = header.name;
  if (name == "host") {
    ++seen.hosts;
  } else if (name == "content-length") {
    ++seen.lengths;
    const std::string& text = header.value;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seen.length);
    if (read.ec != std::errc{} || read.ptr != end || text.front() == '-') seen.plain = false;
  } else if (name == "connection") {
    if (iequals_ascii(header.value, "close")) {
      seen.keep_alive = false;
    } else if (!iequals_ascii(header.value, "keep-alive")) {
      seen.plain = false;
    }
  } else if (name == "transfer-encoding" || name == "expect" || name == "upgrade" ||
             name == "trailer" || name == "te") {
    seen.plain = false;
  }
}

// One header line; false when it is not a plain one.
bool read_header(std::string_view line, Header& header, Seen& seen) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_visible(value)) return false;
  assign_lower(header.name, line.substr(0, colon));
  header.value.assign(value);
  note(header, seen);
  return seen.plain;
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

std::string_view post_path(std::string_view bytes) {
  static constexpr std::string_view method = "POST ";
  if (!bytes.starts_with(method)) return {};
  bytes.remove_prefix(method.size());
  const std::size_t end = bytes.find_first_of(" ?\r");
  if (end == std::string_view::npos || bytes[end] == '\r' || !bytes.starts_with('/')) return {};
  return bytes.substr(0, end);
}

PlainPost read_plain_post(std::string_view bytes, std::size_t most_bytes, Request& request) {
  const std::string_view path = post_path(bytes);
  if (path.empty()) return {};
  const std::size_t end = bytes.substr(0, most_bytes).find("\r\n\r\n");
  if (end == std::string_view::npos) return {};
  std::string_view head = bytes.substr(0, end + 2);
  const std::size_t first = head.find(line_end);
  const std::string_view line = head.substr(0, first);
  static constexpr std::string_view version = " HTTP/1.1";
  if (!line.ends_with(version)) return {};
  const std::string_view target = line.substr(5, line.size() - 5 - version.size());
  if (target.size() < path.size() || target.find(' ') != std::string_view::npos ||
      !is_visible(target)) {
    return {};
  }
  request.method.assign("POST");
  request.path.assign(path);
  request.query.assign(target.size() > path.size() ? target.substr(path.size() + 1)
                                                   : std::string_view{});
  head.remove_prefix(first + 2);
  Seen seen;
  std::size_t count = 0;
  while (!head.empty()) {
    const std::size_t stop = head.find(line_end);
    if (count == request.headers.size()) request.headers.emplace_back();
    if (!read_header(head.substr(0, stop), request.headers[count], seen)) return {};
    ++count;
    head.remove_prefix(stop + 2);
  }
  request.headers.resize(count);
  if (seen.hosts != 1 || seen.lengths != 1) return {};
  return {end + 4, seen.length, seen.keep_alive};
}

void append_head(std::string& out, const Response& response, bool keep_alive, Framing framing) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(status_text(response.status)).append(line_end);
  for (const Header& h : response.headers) {
    out.append(h.name).append(": ").append(h.value).append(line_end);
  }
  if (!response.type.empty()) {
    out.append("Content-Type: ").append(response.type).append(line_end);
  }
  if (framing == Framing::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (framing == Framing::length && response.status != 204 && response.status != 304) {
    out.append("Content-Length: ");
    append_number(out, response.content().size());
    out.append(line_end);
  }
  out.append(keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
}

}  // namespace cairn::server
