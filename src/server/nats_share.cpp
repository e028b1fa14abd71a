// SPDX-License-Identifier: Apache-2.0
#include "server/nats_share.hpp"

#include <cstdint>
#include <cstring>

namespace cairn::server {
namespace {

constexpr std::string_view magic = "CRNSHAR1";

}  // namespace

std::string share_text(const stream::Share& share) {
  std::string out(magic);
  for (const std::string* part : {&share.aggregate, &share.region, &share.bytes}) {
    const auto size = static_cast<std::uint32_t>(part->size());
    char bytes[sizeof size];
    std::memcpy(bytes, &size, sizeof size);
    out.append(bytes, sizeof size);
    out += *part;
  }
  return out;
}

Result<stream::Share> read_share(std::string_view text) {
  const auto broken = [] { return fail(Code::invalid, "this is no partial of a shard"); };
  if (!text.starts_with(magic)) return broken();
  text.remove_prefix(magic.size());
  stream::Share out;
  for (std::string* part : {&out.aggregate, &out.region, &out.bytes}) {
    std::uint32_t size = 0;
    if (text.size() < sizeof size) return broken();
    std::memcpy(&size, text.data(), sizeof size);
    text.remove_prefix(sizeof size);
    if (text.size() < size) return broken();
    part->assign(text.substr(0, size));
    text.remove_prefix(size);
  }
  if (!text.empty()) return broken();
  return out;
}

}  // namespace cairn::server
