// SPDX-License-Identifier: Apache-2.0
#include "server/coap_blocks.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {
namespace {

std::string key_of(const CoapRequest& request) {
  std::string out = request.peer;
  for (const std::string* part : {&request.path, &request.tag}) (out += '\n') += *part;
  for (const std::string& query : request.queries) (out += '\n') += query;
  return out;
}

}  // namespace

std::list<CoapBlocks::Body>::iterator CoapBlocks::find(const std::string& key) {
  return std::find_if(bodies_.begin(), bodies_.end(),
                      [&](const Body& body) { return body.key == key; });
}

void CoapBlocks::drop(std::list<Body>::iterator body) {
  bytes_ -= body->bytes.size();
  bodies_.erase(body);
}

CoapAnswer CoapBlocks::too_large() const {
  CoapAnswer out =
      coap_error(coap_too_large, format("at most {} bytes are read", limits_.body_bytes));
  out.size1 = static_cast<std::uint32_t>(limits_.body_bytes);
  return out;
}

std::optional<CoapAnswer> CoapBlocks::take(CoapRequest& request, std::int64_t now_ms) {
  while (!bodies_.empty() && now_ms - bodies_.front().heard_ms > limits_.idle_ms) {
    drop(bodies_.begin());
  }
  if (request.size1.value_or(0) > limits_.body_bytes) return too_large();
  if (!request.block) {
    if (request.payload.size() > limits_.body_bytes) return too_large();
    return std::nullopt;
  }
  const CoapBlock block = *request.block;
  std::string key = key_of(request);
  auto body = find(key);
  if (block.number == 0 && body != bodies_.end()) {  // a new beginning
    drop(body);
    body = bodies_.end();
  }
  if (block.number == 0) {
    if (!block.more) return std::nullopt;  // one block is all
    body = bodies_.insert(bodies_.end(), {std::move(key), {}, now_ms});
  }
  const auto incomplete = [&](std::string why) {
    if (body != bodies_.end()) drop(body);
    return coap_error(coap_incomplete, std::move(why));
  };
  if (body == bodies_.end() || body->bytes.size() != block.offset()) {
    return incomplete("a block is missing before this one; begin again with block 0");
  }
  if (block.more && request.payload.size() != std::size_t{1} << (block.size_exponent + 4)) {
    return incomplete("a block that is not the last one must be full");
  }
  if (body->bytes.size() + request.payload.size() > limits_.body_bytes) {
    drop(body);
    return too_large();
  }
  body->bytes += request.payload;
  bytes_ += request.payload.size();
  body->heard_ms = now_ms;
  bodies_.splice(bodies_.end(), bodies_, body);
  if (!block.more) {
    request.payload = std::move(body->bytes);
    bytes_ -= request.payload.size();
    body->bytes.clear();
    drop(body);
    return std::nullopt;
  }
  // The one that was silent for longest makes room.
  while (bodies_.size() > limits_.bodies || bytes_ > limits_.total_bytes) drop(bodies_.begin());
  CoapAnswer out;
  out.code = coap_continue;
  out.block = block;
  return out;
}

}  // namespace cairn::server
