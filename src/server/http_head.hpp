// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP/1.1 messages as text. The reading covers the plain POST with a length, as devices
// and gateways send it; whatever is unusual is left to the general parser, never judged here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/message.hpp"

namespace cairn::server {

struct PlainPost {
  std::size_t head_bytes = 0;  // with the empty line; 0: not whole, or nothing for this reader
  std::size_t body_bytes = 0;
  bool keep_alive = true;
};

// The target's path when `bytes` begin with a POST; otherwise, or when the target is not whole or
// not a path, an empty one.
std::string_view post_path(std::string_view bytes);

// Reads a head into `request` (method, path, query, headers; the body is left alone), whose texts
// keep their memory from one request to the next.
PlainPost read_plain_post(std::string_view bytes, std::size_t most_bytes, Request& request);

enum class Framing : std::uint8_t {
  length,   // Content-Length, where the status has a body
  chunked,  // chunks until an empty one
  close     // until the connection ends
};
// The status line and the headers of a response, with the empty line.
void append_head(std::string& out, const Response& response, bool keep_alive, Framing framing);

}  // namespace cairn::server
