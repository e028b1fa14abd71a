// SPDX-License-Identifier: Apache-2.0
#include "radio/antenna.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>

#include "core/text.hpp"

namespace cairn::radio {
namespace {

constexpr double dipole_dbi = 2.15;  // gain of a half-wave dipole: 0 dBd
constexpr std::size_t most_bytes = 4'000'000;
constexpr double most_file_loss_db = 200;
constexpr double radians = std::numbers::pi / 180;

// Loss at any angle from values at whole degrees.
double at(const std::array<float, 360>& cut, double angle_deg) {
  double turn = angle_deg - 360 * std::floor(angle_deg / 360);
  double below = std::floor(turn);
  auto first = static_cast<std::size_t>(below) % 360;
  double part = turn - below;
  return cut[first] + part * (double{cut[(first + 1) % 360]} - double{cut[first]});
}

// Where the vertical cut has its maximum ahead: of several equal ones the nearest to `hint_deg`.
double peak_of(const std::array<float, 360>& cut, double hint_deg) {
  int best = 0;
  for (int d = -90; d <= 90; ++d) {
    float loss = cut[static_cast<std::size_t>((d + 360) % 360)];
    float least = cut[static_cast<std::size_t>((best + 360) % 360)];
    bool nearer = std::abs(d - hint_deg) < std::abs(best - hint_deg);
    if (loss < least || (loss == least && nearer)) best = d;
  }
  return best;
}

// "3,5" and "3.5" alike.
std::optional<double> number_of(std::string_view token) {
  std::string text(token);
  if (text.find('.') == std::string::npos && std::ranges::count(text, ',') == 1) {
    text[text.find(',')] = '.';
  }
  if (!text.empty() && text[0] == '+') text.erase(0, 1);
  return parse_number(text);
}

std::vector<std::string_view> tokens_of(std::string_view line, std::string_view separators) {
  std::vector<std::string_view> out;
  while (true) {
    std::size_t begin = line.find_first_not_of(separators);
    if (begin == std::string_view::npos) return out;
    std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
    out.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

std::string clean(std::string_view text) {
  std::string out;
  for (char c : trim(text)) {
    if (is_valid_utf8(text) || static_cast<unsigned char>(c) < 0x80) out += c;
  }
  return out.substr(0, 200);
}

// One cut on its way in: sparse, until it is known to be complete.
struct Cut {
  const char* name;
  int line = 0;                  // of its key word; 0: not there
  std::optional<int> announced;  // how many lines should follow
  int given = 0;                 // how many did
  std::array<double, 360> loss_db{};
  std::array<int, 360> line_of{};  // where each degree was given; 0: not yet
  bool negative = false;           // some value below 0
  bool positive = false;

  explicit Cut(const char* cut_name) : name(cut_name) {}
};

class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Result<AntennaPattern> read() {
    if (text_.size() > most_bytes) {
      return fail(Code::too_large, format("an antenna file has at most {} bytes", most_bytes),
                  std::string(file_));
    }
    if (text_.substr(0, 3) == "\xef\xbb\xbf") text_.remove_prefix(3);
    for (std::size_t begin = 0; begin < text_.size();) {
      std::size_t end = std::min(text_.find_first_of("\n\r", begin), text_.size());
      ++line_;
      if (Status status = read_line(trim(text_.substr(begin, end - begin))); !status) {
        return fail(status.error());
      }
      bool crlf = text_.substr(end, 2) == "\r\n";
      begin = end + (crlf ? 2 : 1);
    }
    if (!gain_) {
      return fail(Code::invalid, "GAIN is missing: add a line such as 'GAIN 15.5 dBi'",
                  std::string(file_));
    }
    for (Cut* cut : {&horizontal_, &vertical_}) {
      if (Status status = finish(*cut); !status) return fail(status.error());
    }
    return pattern();
  }

 private:
  std::string place(int line) const { return format("{}:{}", file_, line); }
  Status wrong(std::string message) const {
    return fail(Code::invalid, std::move(message), place(line_));
  }

  Status read_line(std::string_view line) {
    if (line.empty()) return {};
    auto c = static_cast<unsigned char>(line[0]);
    bool number = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
    if (number && cut_ != nullptr) return read_angle(line);
    std::string_view word = line.substr(0, std::min(line.find_first_of(" \t:="), line.size()));
    std::string_view rest = trim(line.substr(word.size()));
    while (!rest.empty() && (rest[0] == ':' || rest[0] == '=')) rest = trim(rest.substr(1));
    cut_ = nullptr;
    return read_key(lower_ascii(word), rest, line);
  }

  Status read_key(const std::string& key, std::string_view rest, std::string_view line) {
    if (key == "horizontal") return begin(horizontal_, rest);
    if (key == "vertical") return begin(vertical_, rest);
    if (key == "gain") return read_gain(rest);
    if (key == "frequency") return read_frequency(rest);
    if (key == "tilt" || key == "electrical_tilt" || key == "electrical") return read_tilt(rest);
    if (key == "name") {
      pattern_.name = clean(rest);
      return {};
    }
    constexpr std::string_view others[] = {"make",    "h_width",  "v_width",      "front_to_back",
                                           "comment", "comments", "polarization", "polarisation"};
    bool known = std::ranges::find(others, key) != std::end(others);
    if (!known && line_ == 1 && pattern_.name.empty()) pattern_.name = clean(line);
    return {};
  }

  Status begin(Cut& cut, std::string_view rest) {
    if (cut.line != 0) {
      return wrong(format("a second {} cut; the first one begins in line {}", cut.name, cut.line));
    }
    cut.line = line_;
    cut_ = &cut;
    if (rest.empty()) return {};
    const auto count = number_of(tokens_of(rest, " \t")[0]);
    if (!count || *count != std::floor(*count) || *count < 1 || *count > 36'001) {
      return wrong(format("'{}' is not the number of lines of the {} cut; 360 is usual",
                          clean(rest), cut.name));
    }
    cut.announced = static_cast<int>(*count);
    return {};
  }

  Status read_angle(std::string_view line) {
    Cut& cut = *cut_;
    auto tokens = tokens_of(line, " \t;");
    if (tokens.size() == 1) tokens = tokens_of(line, ",");  // "17,3.5"
    const auto angle = tokens.size() >= 2 ? number_of(tokens[0]) : std::nullopt;
    const auto loss = tokens.size() >= 2 ? number_of(tokens[1]) : std::nullopt;
    if (tokens.size() != 2 || !angle || !loss) {
      return wrong(format("'{}' should be an angle and a loss in dB", clean(line)));
    }
    if (!(*angle >= -180 && *angle <= 360)) {
      return wrong(format("{} degrees is not within 0 to 360", *angle));
    }
    if (!(std::abs(*loss) <= most_file_loss_db)) {
      return wrong(format("a loss of {} dB is not within 0 to {}", *loss, most_file_loss_db));
    }
    ++cut.given;
    cut.negative = cut.negative || *loss < 0;
    cut.positive = cut.positive || *loss > 0;
    if (cut.negative && cut.positive) {
      return wrong(
          format("the {} cut has values above and below 0: losses are positive, relative "
                 "gains negative, and a file has one or the other",
                 cut.name));
    }
    double whole = std::round(*angle);
    if (std::abs(*angle - whole) > 1e-6) return {};  // between two degrees
    auto degree = static_cast<std::size_t>(static_cast<int>(whole) + 360) % 360;
    if (cut.line_of[degree] != 0) {
      bool closes = whole == 360 && cut.loss_db[degree] == std::abs(*loss);  // 360 repeats 0
      if (closes) return {};
      return wrong(format("{} degrees of the {} cut was given in line {} already", degree, cut.name,
                          cut.line_of[degree]));
    }
    cut.line_of[degree] = line_;
    cut.loss_db[degree] = std::abs(*loss);
    return {};
  }

  Status finish(const Cut& cut) const {
    if (cut.line == 0) {
      std::string key = cut.name;
      for (char& c : key) c = static_cast<char>(c - 'a' + 'A');
      return fail(Code::invalid,
                  format("the {} cut is missing: a line '{} 360' and 360 lines of angle and loss",
                         cut.name, key),
                  std::string(file_));
    }
    std::string missing;
    std::size_t count = 0;
    for (std::size_t d = 0; d < 360; ++d) {
      if (cut.line_of[d] != 0) continue;
      if (++count <= 5) missing += format("{}{}", missing.empty() ? "" : ", ", d);
    }
    if (count > 0) {
      return fail(Code::invalid,
                  format("the {} cut has {} of 360 degrees; missing: {}{}", cut.name, 360 - count,
                         missing, count > 5 ? ", …" : ""),
                  place(cut.line));
    }
    if (cut.announced && *cut.announced != cut.given) {
      return fail(
          Code::invalid,
          format("the {} cut announces {} lines but has {}", cut.name, *cut.announced, cut.given),
          place(cut.line));
    }
    return {};
  }

  // "15.5 dBi", "13.35 dBd", "13.35": the last is dBd, too.
  Status read_gain(std::string_view rest) {
    std::size_t digits = std::min(rest.find_first_not_of("0123456789.,+-"), rest.size());
    const auto value = number_of(rest.substr(0, digits));
    const std::string unit = lower_ascii(trim(rest.substr(digits)));
    if (!value || !(std::abs(*value) <= 80)) {
      return wrong(format("'{}' is no gain: write it as '15.5 dBi' or '13.35 dBd'", clean(rest)));
    }
    if (unit != "dbi" && unit != "dbd" && !unit.empty()) {
      return wrong(format("the gain's unit '{}' is neither dBi nor dBd", clean(unit)));
    }
    gain_ = unit == "dbi" ? *value : *value + dipole_dbi;
    return {};
  }

  // "773", "773 MHz", "2.6 GHz", "698-806 MHz"; words leave it unsaid.
  Status read_frequency(std::string_view rest) {
    const std::string text = lower_ascii(rest);
    const std::string_view digits(
        text.data(), std::min(text.find_first_not_of("0123456789.,- \t"), text.size()));
    const auto parts = tokens_of(digits, " \t-");
    double sum = 0;
    for (std::string_view part : parts) sum += number_of(part).value_or(0);
    double scale = text.find("ghz") != std::string::npos ? 1000 : 1;
    double mean_mhz = parts.empty() ? 0 : sum / static_cast<double>(parts.size()) * scale;
    if (!(mean_mhz >= 0 && mean_mhz <= 1e6)) {
      return wrong(format("'{}' is no frequency in MHz", clean(rest)));
    }
    pattern_.frequency_mhz = mean_mhz;
    return {};
  }

  // "ELECTRICAL 6", "6 deg", "MECHANICAL 2" (which is no part of a pattern), "ELECTRICAL".
  Status read_tilt(std::string_view rest) {
    const std::string text = lower_ascii(rest);
    if (text.find("mech") != std::string::npos) return {};
    std::size_t first = text.find_first_of("0123456789.-+");
    if (first == std::string::npos) return {};
    std::size_t end = std::min(text.find_first_not_of("0123456789.,-+", first), text.size());
    const auto value = number_of(text.substr(first, end - first));
    if (!value || !(std::abs(*value) <= 90)) {
      return wrong(format("'{}' is no tilt in degrees", clean(rest)));
    }
    pattern_.electrical_tilt_deg = *value;
    return {};
  }

  AntennaPattern pattern() {
    pattern_.gain_dbi = *gain_;
    for (std::size_t d = 0; d < 360; ++d) {
      pattern_.horizontal_loss_db[d] = static_cast<float>(horizontal_.loss_db[d]);
      pattern_.vertical_loss_db[d] = static_cast<float>(vertical_.loss_db[d]);
    }
    pattern_.peak_depression_deg = peak_of(pattern_.vertical_loss_db, pattern_.electrical_tilt_deg);
    // A null deeper than any that was measured is an artefact of putting the two cuts together.
    pattern_.most_loss_db = std::max(*std::ranges::max_element(pattern_.horizontal_loss_db),
                                     *std::ranges::max_element(pattern_.vertical_loss_db));
    return std::move(pattern_);
  }

  std::string_view text_;
  std::string_view file_;
  int line_ = 0;
  Cut horizontal_{"horizontal"};
  Cut vertical_{"vertical"};
  Cut* cut_ = nullptr;  // the one whose lines follow
  std::optional<double> gain_;
  AntennaPattern pattern_;
};

}  // namespace

double AntennaPattern::loss_db(double azimuth_deg, double depression_deg) const {
  double turn = std::remainder(azimuth_deg, 360);
  double behind = std::abs(turn) / 180;
  double t = peak_depression_deg;
  double ahead_db = at(vertical_loss_db, depression_deg) - at(vertical_loss_db, t);
  double behind_db = at(vertical_loss_db, 180 - depression_deg) - at(vertical_loss_db, 180 - t);
  double loss = at(horizontal_loss_db, turn) + (1 - behind) * ahead_db + behind * behind_db;
  return std::clamp(loss, 0.0, std::max(0.0, most_loss_db));
}

AntennaDirection tilted(double azimuth_deg, double depression_deg, double tilt_deg) {
  if (tilt_deg == 0) return {std::remainder(azimuth_deg, 360), depression_deg};
  double a = azimuth_deg * radians;
  double d = depression_deg * radians;
  double t = tilt_deg * radians;
  double ahead = std::cos(d) * std::cos(a);
  double right = std::cos(d) * std::sin(a);
  double down = std::sin(d);
  double tilted_ahead = ahead * std::cos(t) + down * std::sin(t);
  double tilted_down = down * std::cos(t) - ahead * std::sin(t);
  return {std::atan2(right, tilted_ahead) / radians,
          std::asin(std::clamp(tilted_down, -1.0, 1.0)) / radians};
}

Result<AntennaPattern> parse_antenna(std::string_view text, std::string_view file) {
  return Reader(text, file).read();
}

AntennaPattern standard_sector(double gain_dbi, double horizontal_deg, double vertical_deg,
                               double electrical_tilt_deg) {
  constexpr double most_db = 30;  // A_max and SLA_V
  AntennaPattern out;
  out.name = format("TR 38.901 sector, {} x {} degrees", horizontal_deg, vertical_deg);
  out.gain_dbi = gain_dbi;
  out.electrical_tilt_deg = electrical_tilt_deg;
  out.most_loss_db = most_db;
  auto parabola = [most_db](double angle_deg, double width_deg) {
    double widths = angle_deg / width_deg;
    return std::min(12 * widths * widths, most_db);
  };
  double back_db = parabola(180, horizontal_deg);
  for (int d = 0; d < 360; ++d) {
    double turn = d > 180 ? d - 360 : d;
    bool front = std::abs(turn) <= 90;
    double depression = front ? turn : (turn > 0 ? 180 - turn : -180 - turn);
    auto i = static_cast<std::size_t>(d);
    out.horizontal_loss_db[i] = static_cast<float>(parabola(turn, horizontal_deg));
    // Behind: as ahead at the same depression, below the horizontal cut's back.
    out.vertical_loss_db[i] = static_cast<float>(
        parabola(depression - electrical_tilt_deg, vertical_deg) + (front ? 0 : back_db));
  }
  // Not of the rounded cut: between two degrees V(t) would not be 0.
  out.peak_depression_deg = electrical_tilt_deg;
  return out;
}

AntennaPattern omnidirectional(double gain_dbi) {
  AntennaPattern out;
  out.name = "omnidirectional";
  out.gain_dbi = gain_dbi;
  return out;
}

}  // namespace cairn::radio
