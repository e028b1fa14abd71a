// SPDX-License-Identifier: Apache-2.0
#include "probe/target.hpp"

#include <algorithm>
#include <vector>

#include "core/text.hpp"

namespace cairn::probe {
namespace {

constexpr std::size_t url_most = 2'000;
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool has_blank_or_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
  });
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Status check_host(std::string_view host) {
  const auto labels = split(host, '.');
  if (host.size() > 253 || !std::ranges::all_of(labels, is_label)) {
    return fail(Code::invalid,
                "a host name has letters a-z, digits, '-' and dots; write others as xn--…", "/url");
  }
  const std::string_view last = labels.back();
  if (std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; })) {
    return fail(Code::invalid, "register a name, not an address", "/url");
  }
  if (labels.size() < 2) return fail(Code::invalid, "a host name has at least one dot", "/url");
  return {};
}

std::optional<std::uint16_t> read_port(std::string_view text, bool tls) {
  if (text.empty()) return tls ? https_port : http_port;
  const auto port = parse_integer(text);
  if (!port || *port < 1 || *port > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

// "//host:port/path" or "host:port/path" behind the scheme, taken apart.
struct Parts {
  std::string host;
  std::string_view port;
  std::string_view path;  // with query, without fragment
  bool user = false;
};
Parts take_apart(std::string_view rest) {
  Parts out;
  rest = rest.substr(0, rest.find('#'));
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  out.path = rest.substr(end);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    out.user = true;
    authority.remove_prefix(at + 1);
  }
  const std::size_t colon = authority.rfind(':');
  if (colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos) {
    out.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  out.host = lower_ascii(authority);
  if (out.host.ends_with('.')) out.host.pop_back();
  return out;
}

// "/a/./b/../c?x" as "/a/c?x" (RFC 3986, 5.2.4).
std::string plain_path(std::string_view path) {
  const std::size_t query = std::min(path.find('?'), path.size());
  std::vector<std::string_view> kept;
  const auto parts = split(path.substr(0, query), '/');
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    if (parts[i] == "..") {
      if (!kept.empty()) kept.pop_back();
      if (last) kept.emplace_back();
    } else if (parts[i] == ".") {
      if (last) kept.emplace_back();
    } else {
      kept.push_back(parts[i]);
    }
  }
  std::string out;
  for (const std::string_view part : kept) out += "/" + std::string(part);
  if (out.empty()) out = "/";
  return out + std::string(path.substr(query));
}

// Bytes that no request line may hold are written as %XX.
std::string escaped(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '<' || c == '>' || c == '\\') {
      out += format("%{:02X}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string Target::origin() const {
  const std::string scheme = tls ? "https://" : "http://";
  if (port == (tls ? https_port : http_port)) return scheme + host;
  return format("{}{}:{}", scheme, host, port);
}

Result<Target> parse_target(std::string_view url) {
  if (url.size() > url_most) return fail(Code::invalid, "the address is over 2,000 long", "/url");
  if (has_blank_or_control(url)) {
    return fail(Code::invalid, "the address has blanks or control characters", "/url");
  }
  const std::string lower = lower_ascii(url.substr(0, 8));
  Target out;
  if (lower.starts_with("https://")) {
    url.remove_prefix(8);
  } else if (lower.starts_with("http://")) {
    url.remove_prefix(7);
    out.tls = false;
  } else {
    return fail(Code::invalid, "the address begins with https:// or http://", "/url");
  }
  if (url.find('#') != std::string_view::npos || url.find('?') != std::string_view::npos) {
    return fail(Code::invalid, "register the home page, without '?' and '#'", "/url");
  }
  const Parts parts = take_apart(url);
  if (parts.user) return fail(Code::invalid, "an address with a user or password", "/url");
  if (auto fine = check_host(parts.host); !fine) return fail(fine.error());
  const auto port = read_port(parts.port, out.tls);
  if (!port) return fail(Code::invalid, "a port is a number from 1 to 65535", "/url");
  out.host = parts.host;
  out.port = *port;
  out.path = plain_path(escaped(parts.path.empty() ? "/" : parts.path));
  return out;
}

std::optional<Reference> resolve(const Target& page, std::string_view reference) {
  reference = trim(reference);
  if (reference.size() > url_most) return std::nullopt;
  const std::size_t colon = reference.find(':');
  const std::size_t end = std::min(reference.find_first_of("/?#"), reference.size());
  std::string_view rest = reference;
  bool tls = page.tls;
  if (colon < end) {
    const std::string scheme = lower_ascii(reference.substr(0, colon));
    if (scheme != "http" && scheme != "https") return std::nullopt;
    tls = scheme == "https";
    rest = reference.substr(colon + 1);
    if (!rest.starts_with("//")) return std::nullopt;
  }
  if (rest.starts_with("//")) {
    const Parts parts = take_apart(rest.substr(2));
    const auto port = read_port(parts.port, tls);
    if (!port || parts.user) return std::nullopt;
    const bool same = tls == page.tls && parts.host == page.host && *port == page.port;
    if (!same) return Reference{};
    return Reference{
        true, plain_path(escaped(parts.path.starts_with('/') ? std::string(parts.path)
                                                             : "/" + std::string(parts.path)))};
  }
  rest = rest.substr(0, rest.find('#'));
  const std::string base = page.path.substr(0, page.path.find('?'));
  std::string path;
  if (rest.empty()) {
    path = page.path;
  } else if (rest.front() == '/') {
    path = rest;
  } else if (rest.front() == '?') {
    path = base + std::string(rest);
  } else {
    path = base.substr(0, base.rfind('/') + 1) + std::string(rest);
  }
  return Reference{true, plain_path(escaped(path))};
}

std::string token_record(const Target& target) {
  return "_cairn-probe." + target.host;
}
Target token_page(const Target& target) {
  Target out = target;
  out.path = "/.well-known/cairn-probe.txt";
  return out;
}

bool says_token(std::string_view text, std::string_view token) {
  if (token.empty()) return false;
  const std::string wanted = "cairn-probe=" + std::string(token);
  return std::ranges::any_of(split(text, '\n'),
                             [&](std::string_view line) { return trim(line) == wanted; });
}

}  // namespace cairn::probe
