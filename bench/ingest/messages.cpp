// SPDX-License-Identifier: Apache-2.0
#include "messages.hpp"

#include <cstring>

namespace cairn::bench {
namespace {

constexpr std::uint32_t spike_tenths = 9'500;

// Appends to a string whose memory is there already.
class Pen {
 public:
  Pen(std::string& out, std::size_t most) : out_(out), begin_(out.size()) {
    out_.resize(begin_ + most);
    at_ = out_.data() + begin_;
  }
  ~Pen() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;

  void text(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void byte(unsigned value) { *at_++ = static_cast<char>(value); }
  void station(std::uint32_t station) {
    put_station_id(station, at_);
    at_ += station_id_bytes;
  }
  void digits(std::uint64_t number, int count) {
    for (char* p = at_ + count; p-- > at_; number /= 10) *p = static_cast<char>('0' + number % 10);
    at_ += count;
  }
  void tenths(std::uint32_t value) {
    digits(value / 10, 3);
    byte('.');
    digits(value % 10, 1);
  }
  void real(double value) {  // CBOR
    byte(0xfb);
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    bits = __builtin_bswap64(bits);
    std::memcpy(at_, &bits, sizeof bits);
    at_ += sizeof bits;
  }

 private:
  std::string& out_;
  std::size_t begin_;
  char* at_ = nullptr;
};

std::uint32_t value_of(std::uint32_t station, std::size_t property, const Moment& moment) {
  if (property == pm25 && is_spike(station, moment)) return spike_tenths;
  return value_tenths(station, property, moment.round);
}

void put_time_s(Pen& pen, std::int64_t time_ms) {
  pen.digits(static_cast<std::uint64_t>(time_ms / 1000), 10);
  pen.byte('.');
  pen.digits(static_cast<std::uint64_t>(time_ms % 1000), 3);
}

void put_json(const Cut& cut, std::uint32_t first, const Moment& moment, std::string& out) {
  Pen pen(out, cut.stations * 220 + 64);
  pen.text("[{\"bt\":");
  put_time_s(pen, moment.time_ms);
  for (std::uint32_t s = first; s < first + cut.stations; ++s) {
    for (std::size_t p = 0; p < property_count; ++p) {
      if (p > 0 || s > first) pen.text(",{");
      if (p == 0) {
        pen.text(s == first ? ",\"bn\":\"" : "\"bn\":\"");
        pen.station(s);
        pen.text("/\",");
      }
      pen.text("\"n\":\"");
      pen.text(property_names[p]);
      pen.text("\",\"v\":");
      pen.tenths(value_of(s, p, moment));
      pen.byte('}');
    }
  }
  pen.byte(']');
}

void put_cbor(const Cut& cut, std::uint32_t first, const Moment& moment, std::string& out) {
  Pen pen(out, cut.stations * 160 + 64);
  const auto records = static_cast<unsigned>(cut.stations * property_count);
  pen.byte(0x99);
  pen.byte(records >> 8);
  pen.byte(records & 0xff);
  for (std::uint32_t s = first; s < first + cut.stations; ++s) {
    for (std::size_t p = 0; p < property_count; ++p) {
      pen.byte(0xa0U + (p > 0 ? 2 : s == first ? 4 : 3));
      if (p == 0 && s == first) {
        pen.byte(0x22);  // base time
        pen.real(static_cast<double>(moment.time_ms) / 1000);
      }
      if (p == 0) {
        pen.byte(0x21);  // base name
        pen.byte(0x60U + station_id_bytes + 1);
        pen.station(s);
        pen.byte('/');
      }
      pen.byte(0x00);  // name
      pen.byte(0x60U + static_cast<unsigned>(property_names[p].size()));
      pen.text(property_names[p]);
      pen.byte(0x02);  // value
      pen.real(value_of(s, p, moment) / 10.0);
    }
  }
}

void put_influx(const Cut& cut, std::uint32_t first, const Moment& moment, std::string& out) {
  Pen pen(out, cut.stations * 160);
  for (std::uint32_t s = first; s < first + cut.stations; ++s) {
    pen.text("station,thing=");
    pen.station(s);
    pen.text(",county=");
    pen.digits(county_number(cut.shape, s), county_code_bytes);
    for (std::size_t p = 0; p < property_count; ++p) {
      pen.byte(p == 0 ? ' ' : ',');
      pen.text(property_names[p]);
      pen.byte('=');
      pen.tenths(value_of(s, p, moment));
    }
    pen.byte(' ');
    pen.digits(static_cast<std::uint64_t>(moment.time_ms), 13);
    pen.text("000000\n");
  }
}

void put_single(const Cut& cut, std::uint32_t message, const Moment& moment, std::string& out) {
  Pen pen(out, 128);
  const std::uint32_t station = cut.first_station(message);
  const std::size_t property = message % property_count;
  if (cut.wire == Wire::plain) return pen.tenths(value_of(station, property, moment));
  pen.text("[{\"n\":\"");
  pen.station(station);
  pen.byte('/');
  pen.text(property_names[property]);
  pen.text("\",\"bt\":");
  put_time_s(pen, moment.time_ms);
  pen.text(",\"v\":");
  pen.tenths(value_of(station, property, moment));
  pen.text("}]");
}

}  // namespace

std::uint32_t Cut::messages() const {
  return one() ? static_cast<std::uint32_t>(shape.series()) : shape.stations / stations;
}

std::uint32_t Cut::first_station(std::uint32_t message) const {
  return one() ? message / static_cast<std::uint32_t>(property_count) : message * stations;
}

bool is_spike(std::uint32_t station, const Moment& moment) {
  return moment.spike_every > 0 && !rises(station) &&
         (station + moment.round * 7) % moment.spike_every == 0;
}

void put_message(const Cut& cut, std::uint32_t message, const Moment& moment, std::string& out) {
  const std::uint32_t first = cut.first_station(message);
  switch (cut.wire) {
    case Wire::senml_json:
      return put_json(cut, first, moment, out);
    case Wire::senml_cbor:
      return put_cbor(cut, first, moment, out);
    case Wire::influx:
      return put_influx(cut, first, moment, out);
    case Wire::single:
    case Wire::plain:
      return put_single(cut, message, moment, out);
  }
}

const char* content_type(Wire wire) {
  switch (wire) {
    case Wire::senml_cbor:
      return "application/senml+cbor";
    case Wire::influx:
    case Wire::plain:
      return "text/plain";
    case Wire::senml_json:
    case Wire::single:
      break;
  }
  return "application/senml+json";
}

}  // namespace cairn::bench
