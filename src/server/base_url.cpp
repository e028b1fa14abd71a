// SPDX-License-Identifier: Apache-2.0
#include "server/base_url.hpp"

#include <algorithm>

namespace cairn::server {
namespace {

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == ':' || c == '[' || c == ']' || c == '_';
  });
}

}  // namespace

std::string base_url(const Request& request) {
  const std::string_view forwarded = request.header("x-forwarded-host");
  const std::string_view host = is_host(forwarded) ? forwarded : request.header("host");
  const bool secure = request.header("x-forwarded-proto") == "https";
  return std::string(secure ? "https://" : "http://") +
         std::string(is_host(host) ? host : "127.0.0.1");
}

}  // namespace cairn::server
