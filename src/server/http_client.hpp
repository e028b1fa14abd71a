// SPDX-License-Identifier: Apache-2.0
// Asking other servers, over libcurl. Certificates are always verified; no redirect is followed
// unless asked for; no proxy of the environment is used; the address that is connected to is
// checked, so a name that leads elsewhere the second time gains nothing.
//
//   const HttpClient http;
//   const auto answer = http.ask({.method = "POST", .url = url, .body = json});
//   if (!answer) return fail(answer.error());   // no answer: not reached, too slow, refused
//   if (answer->status == 200) …
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "server/message.hpp"

namespace cairn::server {

// Whom a connection may lead to. Link-local, metadata services, multicast and the like: never.
enum class Reach : std::uint8_t {
  outside,  // public addresses
  anyone,   // with private ranges and this machine
};

struct HttpAsk {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers = {};
  std::string body = {};
  std::int64_t connect_ms = 5'000;
  std::int64_t total_ms = 30'000;
  std::size_t answer_bytes = std::size_t{1} << 20;  // of its body; more is an error
  bool cut = false;   // instead of that error keep the beginning: who asks wants the status only
  int redirects = 0;  // that are followed, to http(s) only
  Reach reach = Reach::outside;
  std::string ca_file = {};            // PEM of authorities instead of the system's
  std::function<bool()> stopped = {};  // asked five times a second: give up?
};

struct HttpAnswer {
  int status = 0;
  std::vector<Header> headers;  // names in lower case; of the last answer
  std::string body;
  std::optional<std::int64_t> retry_after_s = {};  // that it asked for
  std::string_view header(std::string_view name) const;
};

// Thread-safe; each call has a connection of its own.
class HttpClient {
 public:
  // Any answer, whatever its status, is a result. Errors: invalid (the request), denied (the
  // address or the certificate), too_large, io.
  Result<HttpAnswer> ask(const HttpAsk& ask) const;
};

}  // namespace cairn::server
