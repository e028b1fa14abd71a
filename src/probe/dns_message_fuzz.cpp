// SPDX-License-Identifier: Apache-2.0
// Any bytes are an answer with bounded, printable names and texts, or are refused with a place.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "probe/dns_message.hpp"

namespace {

using namespace cairn::probe;

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = read_message({reinterpret_cast<const char*>(data), size});
  if (!message) {
    expect(message.error().place.starts_with("byte "));
    return 0;
  }
  for (const auto* section : {&message->answers, &message->authority, &message->additional}) {
    expect(section->size() <= size);
    for (const DnsRecord& record : *section) {
      expect(record.name.size() < 256 && record.text.size() <= size + 256);
      for (const char c : record.name + record.text) expect(c >= 0x20 && c <= 0x7E);
    }
  }
  return 0;
}
