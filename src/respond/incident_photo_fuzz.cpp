// SPDX-License-Identifier: Apache-2.0
// Any bytes are a picture that is smaller or as large without its metadata, or refused with a
// reason. What was cleaned says nothing of a place, and cleaning it again changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "respond/incident_photo.hpp"

namespace {

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::respond;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)exif_position(bytes);
  const int orientation = exif_orientation(bytes);
  expect(orientation >= 1 && orientation <= 8);
  const auto clean = without_metadata(bytes);
  if (!clean) {
    expect(!clean.error().message.empty());
    return 0;
  }
  expect(media_type_of(*clean) == media_type_of(bytes));
  expect(clean->size() <= bytes.size() + 64);
  expect(!exif_position(*clean));
  expect(without_metadata(*clean).value() == *clean);
  return 0;
}
