// SPDX-License-Identifier: Apache-2.0
#include "server/proxy.hpp"

#include <string>

#include "core/text.hpp"
#include "server/serve.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t address_bytes = 64;

}  // namespace

void trust_proxy(Request& request) {
  std::string_view last;
  for (const Header& header : request.headers) {
    if (header.name == "x-forwarded-for") last = header.value;
  }
  const std::size_t comma = last.rfind(',');
  last = trim(comma == std::string_view::npos ? last : last.substr(comma + 1));
  if (!last.empty() && last.size() <= address_bytes) request.peer = std::string(last);
}

bool is_of_this_machine(const Request& request) {
  for (const char* name : {"x-forwarded-for", "forwarded", "x-forwarded-host", "via"}) {
    if (!request.header(name).empty()) return false;
  }
  const std::string_view host = request.header("host");
  if (host.empty()) return true;  // no browser
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1) == "[::1]";
  return is_loopback(host.substr(0, host.find(':')));
}

}  // namespace cairn::server
