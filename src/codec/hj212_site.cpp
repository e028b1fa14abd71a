// SPDX-License-Identifier: Apache-2.0
#include "codec/hj212_site.hpp"

#include <algorithm>

#include "core/encoding.hpp"
#include "core/text.hpp"

namespace cairn::codec::hj212 {
namespace {

constexpr std::size_t shown = 60;         // characters of a value in a finding
constexpr std::size_t longest_log = 500;  // characters of one that are kept
constexpr std::size_t longest_serial = 100;
constexpr int longest_out_min = 9999;  // four digits

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, shown)) out += c < 0x20 || c > 0x7E ? '?' : c;
  return out;
}

// Not cut within a character.
std::string beginning(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(most);
  text.resize(std::min(text.size(), first_invalid_utf8(text)));
  return text;
}

// "083000" and "0830" are a time of the day.
std::optional<int> seconds_of_day(std::string_view digits) {
  if (digits.size() != 4 && digits.size() != 6) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  const auto two = [&](std::size_t at) {
    return at < digits.size() ? (digits[at] - '0') * 10 + (digits[at + 1] - '0') : 0;
  };
  if (two(0) > 23 || two(2) > 59 || two(4) > 59) return std::nullopt;
  return (two(0) * 60 + two(2)) * 60 + two(4);
}

// A log is written //…//; a separator within it has divided it into items.
struct Piece {
  std::string name;
  std::string value;
};
std::vector<Piece> pieces_of(const std::vector<Item>& group) {
  std::vector<Piece> out;
  for (const Item& item : group) {
    const bool goes_on = !out.empty() && out.back().value.starts_with("//") &&
                         (out.back().value.size() < 4 || !out.back().value.ends_with("//"));
    if (goes_on) {
      out.back().value += ',' + item.name + (item.value ? '=' + *item.value : "");
    } else if (item.value) {
      out.push_back({item.name, *item.value});
    }
  }
  return out;
}

class FactsReader {
 public:
  FactsReader(const Packet& packet, Zone zone, ReadFacts& out)
      : packet_(packet), zone_(zone), facts_(out.facts), findings_(out.findings) {}

  void read() {
    for (const auto& group : packet_.items) {
      for (const Piece& piece : pieces_of(group)) read_item(piece.name, piece.value);
    }
    if (packet_.cn == "3017" && (start_ || every_h_)) take_sampling();
  }

 private:
  void wrong(std::string_view name, std::string_view value, std::string_view but) {
    findings_.push_back(
        {Trouble::value, false, format("{} is '{}', but {}", quoted(name), quoted(value), but)});
  }

  void read_item(std::string_view name, const std::string& value) {
    if (iequals_ascii(name, "DataTime")) {
      time_ = read_time(value, zone_);
      if (!time_) wrong(name, value, "a time of 14 digits");
      return;
    }
    if (iequals_ascii(name, "PolId")) {
      factor_ = beginning(readable(value), longest_serial);
      return;
    }
    const std::string_view cn = packet_.cn;
    if (cn == "1011" && iequals_ascii(name, "SystemTime")) return read_moment(value, facts_.clock);
    if (cn == "2081" && iequals_ascii(name, "RestartTime")) {
      return read_moment(value, facts_.restarted);
    }
    if (cn == "1061" && iequals_ascii(name, "RtdInterval")) {
      facts_.realtime_interval_s = number(name, value, 1, 9999, "a number of seconds");
    }
    if (cn == "1063" && iequals_ascii(name, "MinInterval")) {
      facts_.minute_interval_min = number(name, value, 1, 99, "a number of minutes");
    }
    if (cn == "3015" && iequals_ascii(name, "VaseNo")) {
      if (const auto bottle = number(name, value, 1, 99, "the number of a bottle, 1 to 99")) {
        facts_.bottles.push_back({*bottle, time_});
      }
    }
    if (cn == "3017") read_sampling(name, value);
    if (cn == "3018" && iequals_ascii(name, "Stime")) {
      if (const auto minutes = number(name, value, 0, longest_out_min, "a number of minutes")) {
        facts_.sample_out.push_back({factor_, *minutes});
      }
    }
    if (cn == "3019") read_serial(name, value);
    if (cn == "3020") read_info(name, value);
  }

  std::optional<int> number(std::string_view name, std::string_view value, int least, int most,
                            std::string_view but) {
    const auto read = parse_integer(value);
    if (read && *read >= least && *read <= most) return static_cast<int>(*read);
    wrong(name, value, but);
    return std::nullopt;
  }

  void read_moment(std::string_view value, std::optional<Instant>& to) {
    to = read_time(value, zone_);
    if (!to) wrong("the time", value, "has 14 digits");
  }

  void read_sampling(std::string_view name, std::string_view value) {
    if (iequals_ascii(name, "CstartTime")) {
      start_ = seconds_of_day(value);
      if (!start_) wrong(name, value, "a time of the day, six digits");
    } else if (iequals_ascii(name, "CTime")) {
      every_h_ = number(name, value, 1, 24, "hours between samples, 1 to 24");
    }
    if (start_ && every_h_) take_sampling();
  }

  void take_sampling() {
    if (start_ && every_h_) {
      facts_.sampling.push_back({factor_, *start_, *every_h_});
    } else {
      wrong("the sampling", factor_, "needs CstartTime and CTime");
    }
    start_.reset();
    every_h_.reset();
  }

  void read_serial(std::string_view name, std::string_view value) {
    const bool of_factor = name.size() > 3 && iequals_ascii(name.substr(name.size() - 3), "-SN");
    if (!of_factor && !iequals_ascii(name, "SN")) return;
    const std::string serial(trim(value));
    const bool plain =
        std::all_of(serial.begin(), serial.end(), [](char c) { return c > 0x20 && c <= 0x7E; });
    if (serial.empty() || !plain || serial.size() > longest_serial) {
      return wrong(name, value, "a serial number is printable, up to 100 characters");
    }
    facts_.serials.push_back(
        {of_factor ? readable(name.substr(0, name.size() - 3)) : factor_, serial});
  }

  void read_info(std::string_view name, std::string_view value) {
    if (name.size() <= 5 || !iequals_ascii(name.substr(name.size() - 5), "-Info")) return;
    const std::string_view id = name.substr(0, name.size() - 5);
    if (!is_info_id(id)) return wrong(name, id, "an InfoId is i and five digits");
    if (facts_.info.size() >= info_most) return;
    if (value.size() >= 4 && value.starts_with("//") && value.ends_with("//")) {
      value = value.substr(2, value.size() - 4);
    }
    facts_.info.push_back(
        {std::string(id), factor_, beginning(readable(value), longest_log), time_});
  }

  const Packet& packet_;
  Zone zone_;
  Facts& facts_;
  std::vector<Finding>& findings_;
  std::optional<Instant> time_;  // of what follows, as the next
  std::string factor_;
  std::optional<int> start_;
  std::optional<int> every_h_;
};

}  // namespace

InfoKind info_kind(std::string_view id) {
  if (!is_info_id(id)) return InfoKind::other;
  return id[2] == '1'   ? InfoKind::log
         : id[2] == '2' ? InfoKind::state
         : id[2] == '3' ? InfoKind::parameter
                        : InfoKind::other;
}

const char* to_string(InfoKind kind) {
  switch (kind) {
    case InfoKind::log:
      return "log";
    case InfoKind::state:
      return "state";
    case InfoKind::parameter:
      return "parameter";
    default:
      return "other";
  }
}

bool is_info_id(std::string_view id) {
  return id.size() == 6 && id[0] == 'i' && std::all_of(id.begin() + 1, id.end(), is_digit);
}

ReadFacts read_facts(const Packet& packet, Zone zone) {
  ReadFacts out;
  FactsReader(packet, zone, out).read();
  return out;
}

std::string readable(std::string_view bytes) {
  std::string out;
  if (is_valid_utf8(bytes)) {
    out = bytes;
  } else if (auto decoded = decode_text(bytes)) {
    out = std::move(decoded->text);
  } else {
    for (const char c : bytes) out += c < 0x20 || c > 0x7E ? '?' : c;
  }
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

std::string without_passwords(std::string_view bytes) {
  std::string out(bytes);
  for (std::size_t at = 0; at + 3 <= out.size(); ++at) {
    if (!iequals_ascii(std::string_view(out).substr(at, 3), "PW=")) continue;
    for (at += 3; at < out.size() && std::string_view(";,&\r\n").find(out[at]) == std::string::npos;
         ++at) {
      out[at] = '*';
    }
  }
  return out;
}

}  // namespace cairn::codec::hj212
