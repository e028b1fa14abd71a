// SPDX-License-Identifier: Apache-2.0
#include "stream/record.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "stream/detail/bytes.hpp"

namespace cairn::stream {
namespace {

// Times of a message are whole multiples of one of these; most devices know seconds or
// milliseconds, so that a time takes one to three bytes instead of nine.
constexpr std::int64_t time_units_ns[] = {1'000'000'000, 1'000'000, 1'000, 1};
// Series, time and value of a reading, at least.
constexpr std::size_t least_reading_bytes = 10;
constexpr std::size_t most_reading_bytes = 5 + varint_bytes + 8;

template <std::int64_t Unit>
bool whole(const Observed* readings, std::size_t count) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t time = readings[i].time_ns;
    if (time == before) continue;
    if (time % Unit != 0) return false;
    before = time;
  }
  return true;
}

unsigned unit_of(const Observed* readings, std::size_t count) {
  if (whole<time_units_ns[0]>(readings, count)) return 0;
  if (whole<time_units_ns[1]>(readings, count)) return 1;
  if (whole<time_units_ns[2]>(readings, count)) return 2;
  return 3;
}

template <std::int64_t Unit>
char* put_readings(const Observed* readings, std::size_t count, char* at) {
  std::int64_t series = 0;
  std::int64_t time = 0;
  std::int64_t time_ns = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Observed& reading = readings[i];
    at = put_varint(at, zigzag(static_cast<std::int64_t>(reading.series) - series));
    series = reading.series;
    if (reading.time_ns == time_ns) {
      *at++ = 0;
    } else {
      time_ns = reading.time_ns;
      const std::int64_t units = time_ns / Unit;
      // Unsigned: the ends of the range are further apart than a signed number holds.
      at = put_varint(at, zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(units) -
                                                           static_cast<std::uint64_t>(time))));
      time = units;
    }
    std::memcpy(at, &reading.value, sizeof(double));
    at += sizeof(double);
  }
  return at;
}

// All readings of a message. False when the bytes do not hold them.
bool take_readings(ByteReader& in, std::uint64_t unit_ns, std::vector<Observed>& readings) {
  std::int64_t series = 0;
  std::uint64_t time = 0;
  for (Observed& reading : readings) {
    series += in.signed_varint();
    if (series < 0 || series > UINT32_MAX) return false;
    time += static_cast<std::uint64_t>(in.signed_varint());
    reading.series = static_cast<std::uint32_t>(series);
    reading.time_ns = static_cast<std::int64_t>(time * unit_ns);
    reading.value = in.fixed<double>();
  }
  return in.ok();
}

tl::unexpected<Error> broken(std::string_view what) {
  return fail(Code::invalid, format("a record of the log is no {}", what));
}

}  // namespace

void write(const SeriesName& name, std::string& out) {
  put_varint(out, name.series);
  put_text(out, name.thing);
  put_text(out, name.property);
}

void write(const SourceName& name, std::string& out) {
  put_varint(out, name.source);
  put_text(out, name.name);
}

void write(const Shelve& shelve, std::string& out) {
  put_text(out, shelve.rule);
  put_text(out, shelve.thing);
  put_fixed(out, shelve.until.ns);
  put_text(out, shelve.who);
  put_text(out, shelve.reason);
}

void write_delivered(std::uint64_t number, std::string& out) {
  put_varint(out, number);
}

Result<SeriesName> read_series(std::string_view payload) {
  ByteReader in(payload);
  SeriesName name;
  name.series = in.number();
  name.thing = in.text();
  name.property = in.text();
  if (!in.finished()) return broken("series");
  return name;
}

Result<SourceName> read_source(std::string_view payload) {
  ByteReader in(payload);
  SourceName name;
  name.source = in.number();
  name.name = in.text();
  if (!in.finished()) return broken("source");
  return name;
}

Result<Shelve> read_shelve(std::string_view payload) {
  ByteReader in(payload);
  Shelve shelve;
  shelve.rule = in.text();
  shelve.thing = in.text();
  shelve.until.ns = in.fixed<std::int64_t>();
  shelve.who = in.text();
  shelve.reason = in.text();
  if (!in.finished()) return broken("shelving");
  return shelve;
}

Result<std::uint64_t> read_delivered(std::string_view payload) {
  ByteReader in(payload);
  const std::uint64_t number = in.varint();
  if (!in.finished()) return broken("note of delivery");
  return number;
}

void write(const Message& message, const Observed* readings, std::string& out) {
  const std::size_t count = message.count;
  const unsigned unit = unit_of(readings, count);
  const std::size_t begin = out.size();
  out.resize(begin + 4 * varint_bytes + count * most_reading_bytes);
  char* at = out.data() + begin;
  at = put_varint(at, message.source);
  at = put_varint(at, message.sequence);
  at = put_varint(at, std::uint64_t{message.count} << 3 | unit << 1 | (message.historical ? 1 : 0));
  switch (unit) {
    case 0:
      at = put_readings<time_units_ns[0]>(readings, count, at);
      break;
    case 1:
      at = put_readings<time_units_ns[1]>(readings, count, at);
      break;
    case 2:
      at = put_readings<time_units_ns[2]>(readings, count, at);
      break;
    default:
      at = put_readings<time_units_ns[3]>(readings, count, at);
  }
  out.resize(static_cast<std::size_t>(at - out.data()));
}

bool MessageReader::next() {
  if (!ok_ || rest_.empty()) return false;
  ByteReader in(rest_);
  message_.source = in.number();
  message_.sequence = in.varint();
  const std::uint64_t form = in.varint();
  message_.historical = (form & 1) != 0;
  ok_ = in.ok() && form >> 3 <= in.left() / least_reading_bytes;
  if (!ok_) return false;
  message_.count = static_cast<std::uint32_t>(form >> 3);
  readings_.resize(message_.count);
  const auto unit_ns = static_cast<std::uint64_t>(time_units_ns[form >> 1 & 3]);
  ok_ = take_readings(in, unit_ns, readings_);
  rest_ = in.rest();
  return ok_;
}

}  // namespace cairn::stream
