// SPDX-License-Identifier: Apache-2.0
// Any payload is a record or an error; what was read survives being written and read again.
#include <cstdlib>
#include <cstring>

#include "stream/record.hpp"

namespace {

using namespace cairn::stream;

bool same_bits(const std::vector<Observed>& a, const std::vector<Observed>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].series != b[i].series || a[i].time_ns != b[i].time_ns) return false;
    if (std::memcmp(&a[i].value, &b[i].value, sizeof(double)) != 0) return false;
  }
  return true;
}

void check_messages(std::string_view payload) {
  MessageReader reader(payload);
  while (reader.next()) {
    std::string again;
    write(reader.message(), reader.readings().data(), again);
    MessageReader second(again);
    if (!second.next() || second.message().source != reader.message().source ||
        second.message().sequence != reader.message().sequence ||
        second.message().historical != reader.message().historical ||
        !same_bits(second.readings(), reader.readings())) {
      std::abort();
    }
    if (second.next() || !second.ok()) std::abort();
  }
}

template <class Read>
void check(std::string_view payload, Read read) {
  const auto record = read(payload);
  if (!record) return;
  std::string again;
  write(*record, again);
  const auto second = read(again);
  if (!second || !(*second == *record)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload(reinterpret_cast<const char*>(data), size);
  check_messages(payload);
  check(payload, read_series);
  check(payload, read_source);
  check(payload, read_shelve);
  if (const auto number = read_delivered(payload)) {
    std::string again;
    write_delivered(*number, again);
    if (read_delivered(again).value_or(~*number) != *number) std::abort();
  }
  return 0;
}
