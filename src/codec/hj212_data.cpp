// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>

#include "codec/hj212.hpp"
#include "core/text.hpp"

namespace cairn::codec::hj212 {
namespace {

constexpr std::size_t shown = 60;

// What may be said of a factor or an instrument (HJ 212-2017, table 9 and annex C).
const std::vector<std::string>& suffixes() {
  static const std::vector<std::string> words{"Rtd",   "Min",   "Avg",     "Max",        "Cou",
                                              "ZsRtd", "ZsMin", "ZsAvg",   "ZsMax",      "Flag",
                                              "EFlag", "Data",  "DayData", "NightData",  "RS",
                                              "RT",    "Info",  "SN",      "SampleTime", "Ala"};
  return words;
}

bool is_number_suffix(std::string_view suffix) {
  return suffix != "Flag" && suffix != "EFlag" && suffix != "Info" && suffix != "SN" &&
         suffix != "SampleTime";
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, shown)) out += c < 0x20 || c > 0x7E ? '?' : c;
  return out;
}

int two(std::string_view digits, std::size_t at) {
  return (digits[at] - '0') * 10 + (digits[at + 1] - '0');
}

using Flags = std::map<std::string, char, std::less<>>;

class DataReader {
 public:
  DataReader(Zone zone, Data& out) : zone_(zone), out_(out) {}

  void read(const Packet& packet) {
    Flags all;
    for (const auto& group : packet.items) read_flags(group, all);
    for (const auto& group : packet.items) {
      Flags own;
      read_flags(group, own);
      for (const Item& item : group) {
        if (item.value) read_item(item, own, all);
      }
    }
  }

 private:
  void tell(Trouble trouble, bool refuses, std::string text) {
    out_.findings.push_back({trouble, refuses, std::move(text)});
  }

  static void read_flags(const std::vector<Item>& group, Flags& out) {
    for (const Item& item : group) {
      if (!item.value || !item.name.ends_with("-Flag")) continue;
      out.insert_or_assign(item.name.substr(0, item.name.size() - 5),
                           item.value->empty() ? ' ' : item.value->front());
    }
  }

  void read_item(const Item& item, const Flags& own, const Flags& all) {
    if (item.name == "DataTime") return read_data_time(*item.value);
    const std::size_t dash = item.name.rfind('-');
    if (dash == std::string::npos) return;  // PolId, RtdInterval and the like
    const std::string suffix = item.name.substr(dash + 1);
    const auto& known = suffixes();
    if (std::find(known.begin(), known.end(), suffix) == known.end()) {
      const auto near = nearest(suffix, known);
      tell(Trouble::name, false,
           format("'{}': the standard has no '-{}'{}", quoted(item.name), quoted(suffix),
                  near ? format("; -{} is meant, it seems", *near) : ""));
      return;
    }
    if (!is_number_suffix(suffix)) return;
    const auto number = parse_number(*item.value);
    if (!number) {
      tell(Trouble::value, false,
           format("{} is '{}', which is no number", quoted(item.name), quoted(*item.value)));
      return;
    }
    if (!out_.time) {
      if (!missing_told_) tell(Trouble::clock, false, "values come before any DataTime");
      missing_told_ = true;
      return;
    }
    const std::string code = item.name.substr(0, dash);
    char flag = 'N';
    if (const auto at = all.find(code); at != all.end()) flag = at->second;
    if (const auto at = own.find(code); at != own.end()) flag = at->second;
    out_.values.push_back({item.name, code, *item.value, *number, flag, *out_.time});
  }

  void read_data_time(const std::string& text) {
    out_.time = read_time(text, zone_);
    missing_told_ = !out_.time;
    if (out_.time) return;
    tell(Trouble::clock, true,
         format("DataTime is '{}', but a time of 14 digits (to the second)", quoted(text)));
  }

  Zone zone_;
  Data& out_;
  bool missing_told_ = false;
};

}  // namespace

std::optional<Instant> read_time(std::string_view digits, Zone zone) {
  const bool all =
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!all || (digits.size() != 14 && digits.size() != 17)) return std::nullopt;
  Date date;
  date.year = two(digits, 0) * 100 + two(digits, 2);
  date.month = static_cast<std::uint8_t>(two(digits, 4));
  date.day = static_cast<std::uint8_t>(two(digits, 6));
  const int hour = two(digits, 8);
  const int minute = two(digits, 10);
  const int second = two(digits, 12);
  // Years that instants can hold, and that instruments can mean.
  if (date.year < 1970 || date.year > 2200 || !is_valid(date) || hour > 23 || minute > 59 ||
      second > 59) {
    return std::nullopt;
  }
  std::int64_t ms = 0;
  for (std::size_t i = 14; i < digits.size(); ++i) ms = ms * 10 + (digits[i] - '0');
  const std::int64_t seconds = (hour * 60 + minute) * 60 + second;
  return start_of(date, zone) + (seconds * ns_per_second + ms * 1'000'000);
}

std::string write_time(Instant t, Zone zone, bool milliseconds) {
  const Date date = date_of(t, zone);
  const std::int64_t ms = (t.ns - start_of(date, zone).ns) / 1'000'000;
  const std::int64_t s = ms / 1000;
  std::string out = format("{:04}{:02}{:02}{:02}{:02}{:02}", date.year, date.month, date.day,
                           s / 3600, s / 60 % 60, s % 60);
  if (milliseconds) out += format("{:03}", ms % 1000);
  return out;
}

Data read_data(const Packet& packet, Zone zone, std::optional<Instant> carried) {
  Data out;
  out.time = carried;
  DataReader(zone, out).read(packet);
  return out;
}

const char* flag_words(char flag) {
  switch (flag) {
    case 'N':
      return "normal";
    case 'F':
      return "stopped";
    case 'M':
      return "maintenance";
    case 'S':
      return "set by hand";
    case 'D':
      return "fault";
    case 'C':
      return "calibration";
    case 'T':
      return "above the range";
    case 'B':
      return "no communication with the instrument";
    default:
      return "an unknown state";
  }
}

}  // namespace cairn::codec::hj212
