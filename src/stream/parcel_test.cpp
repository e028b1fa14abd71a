// SPDX-License-Identifier: Apache-2.0
#include "stream/parcel.hpp"

#include <gtest/gtest.h>

namespace cairn::stream {
namespace {

ParcelRecord record(std::uint64_t position) {
  ParcelRecord out;
  out.position = position;
  out.first = 3;
  out.arrival = {1'700'000'000'000'000'001};
  out.series = {{0, "slope:1", "rain"}, {1, "雨量站", "level"}};
  out.sources = {"gateway-7", ""};
  const Observed readings[] = {{0, 1'600'000'000'000'000'000, -0.5},
                               {1, 1'600'000'000'000'000'007, 1e300}};
  write(Message{0, 17, false, 2}, readings, out.payload);
  write(Message{1, 0, true, 1}, readings, out.payload);
  return out;
}

std::string parcel(const std::vector<ParcelRecord>& records) {
  std::string out;
  begin_parcel(out);
  for (const ParcelRecord& one : records) write(one, out);
  return out;
}

TEST(ParcelTest, GivesBackWhatItTook) {
  ParcelRecord shelving;
  shelving.position = 9;
  shelving.kind = RecordKind::shelve;
  write(Shelve{"high", "slope:1", {5}, "li", "repair"}, shelving.payload);
  const std::vector<ParcelRecord> records{record(7), shelving, record(10)};
  const auto back = read_parcel(parcel(records));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, records);
  EXPECT_TRUE(read_parcel(parcel({}))->empty());
}

TEST(ParcelTest, EveryCutIsNoticed) {
  const std::string whole = parcel({record(1)});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto back = read_parcel(std::string_view(whole).substr(0, size));
    EXPECT_FALSE(back && !back->empty()) << size;
  }
}

TEST(ParcelTest, RefusesNumbersWithoutNamesAndPositionsThatFall) {
  ParcelRecord nameless = record(1);
  nameless.series.pop_back();
  EXPECT_EQ(read_parcel(parcel({nameless})).error().message,
            "a reading is of a series without a name");
  nameless = record(1);
  nameless.sources.pop_back();
  EXPECT_FALSE(read_parcel(parcel({nameless})));
  EXPECT_FALSE(read_parcel(parcel({record(2), record(2)})));
  ParcelRecord tick = record(1);
  tick.kind = RecordKind::tick;
  EXPECT_FALSE(read_parcel(parcel({tick})));
}

}  // namespace
}  // namespace cairn::stream
