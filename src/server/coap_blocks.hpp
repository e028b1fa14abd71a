// SPDX-License-Identifier: Apache-2.0
// Bodies that come in blocks (RFC 7959, Block1), put together in order and in bounded memory.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "server/coap_message.hpp"

namespace cairn::server {

class CoapBlocks {
 public:
  struct Limits {
    std::size_t body_bytes = 0;
    std::size_t total_bytes = std::size_t{32} << 20;  // of all bodies under way
    std::size_t bodies = 1'024;
    std::int64_t idle_ms = 247'000;  // EXCHANGE_LIFETIME of RFC 7252: no block comes later
  };
  explicit CoapBlocks(Limits limits) : limits_(limits) {}

  // Takes the request's block. An answer: that is all for now. None: request.payload holds the
  // whole body.
  std::optional<CoapAnswer> take(CoapRequest& request, std::int64_t now_ms);
  std::size_t bodies() const { return bodies_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Body {
    std::string key;
    std::string bytes;
    std::int64_t heard_ms = 0;
  };
  std::list<Body>::iterator find(const std::string& key);
  void drop(std::list<Body>::iterator body);
  CoapAnswer too_large() const;

  Limits limits_;
  std::list<Body> bodies_;  // the one heard last is the last
  std::size_t bytes_ = 0;
};

}  // namespace cairn::server
