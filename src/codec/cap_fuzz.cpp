// SPDX-License-Identifier: Apache-2.0
// Any bytes are a warning or a feed, or refused with a reason. What was read can be checked, and
// what can be written is read again and written the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "codec/cap_atom.hpp"
#include "codec/cap_check.hpp"
#include "codec/cap_read.hpp"
#include "codec/cap_write.hpp"
#include "core/text.hpp"

namespace {

using namespace cairn;
using namespace cairn::codec;

void expect(bool good) {
  if (!good) std::abort();
}

void expect_reason(const Error& error) {
  expect(!error.message.empty() && is_valid_utf8(error.message) && is_valid_utf8(error.place));
  expect(error.message.size() < 2'000);
}

void read_alert(std::string_view bytes) {
  const auto alert = read_cap(bytes);
  if (!alert) return expect_reason(alert.error());
  for (const CapFinding& finding : check_cap(*alert)) expect(is_valid_utf8(to_string(finding)));
  const auto written = write_cap(*alert);
  if (!written) return expect_reason(written.error());
  const auto again = read_cap(*written);
  expect(again && write_cap(*again).value() == *written);
  (void)atom_entry(*alert, "zh-CN", "urn:feed/", "urn:cap");
}

void read_feed(std::string_view bytes) {
  const auto feed = read_atom(bytes);
  if (!feed) return expect_reason(feed.error());
  for (const AtomEntry& entry : feed->entries) (void)cap_link(entry);
  const auto written = write_atom(*feed);
  if (!written) return expect_reason(written.error());
  const auto again = read_atom(*written);
  expect(again && *again == *feed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_alert(bytes);
  read_feed(bytes);
  return 0;
}
