// SPDX-License-Identifier: Apache-2.0
// A request and its response as plain values: all that handlers know of HTTP.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::server {

struct Header {
  std::string name;  // lower case in requests
  std::string value;
  bool operator==(const Header&) const = default;
};

struct Request {
  std::string method = "GET";
  std::string path = "/";  // as sent: still percent-encoded
  std::string query = {};  // without '?', as sent
  std::vector<Header> headers = {};
  std::string body = {};
  std::string peer = {};  // address that it came from; empty: not known (the quick way)

  // The value of a header (name in lower case), or "".
  std::string_view header(std::string_view name) const {
    for (const Header& h : headers) {
      if (h.name == name) return h.value;
    }
    return {};
  }
};

// A body that comes bit by bit and may never end. Called on the socket thread: must not block.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // Appends what is to be sent next. Asked when the client has taken what was sent before, after
  // HttpServer::poke(), and every second. False: this was all.
  virtual bool pull(std::chrono::steady_clock::time_point now, std::string& out) = 0;
};

struct Response {
  int status = 200;
  std::string type = {};  // media type; empty when there is no body
  std::string body = {};
  std::vector<Header> headers = {};
  // shared: large bodies that a cache keeps (tiles); used instead of `body` when present.
  std::shared_ptr<const std::string> shared_body = {};
  // shared: responses are copyable. Sent after `body`, without a length.
  std::shared_ptr<BodyStream> stream = {};

  std::string_view content() const { return shared_body ? *shared_body : body; }
};

// "Not Found" and so on.
std::string_view status_text(int status);

}  // namespace cairn::server
