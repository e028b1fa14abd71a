// SPDX-License-Identifier: Apache-2.0
#include "geo/tile_name.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

// `digits` digits at the front of `text`, which loses them.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  int out = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return {};
    out = 10 * out + (c - '0');
  }
  text.remove_prefix(digits);
  return out;
}

// A letter of `positive` or `negative` (upper case): +1 or -1.
int take_sign(std::string_view& text, char positive, char negative) {
  if (text.empty()) return 0;
  const char c = static_cast<char>(text[0] & ~0x20);
  text.remove_prefix(1);
  return c == positive ? 1 : c == negative ? -1 : 0;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!iequals_ascii(text.substr(0, word.size()), word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// N28E102, or with `between` N28_00_E102.
bool take_place(std::string_view& text, std::string_view between, TileName& out) {
  const int north = take_sign(text, 'N', 'S');
  const auto latitude = take_number(text, 2);
  if (north == 0 || !latitude || !take_word(text, between)) return false;
  const int east = take_sign(text, 'E', 'W');
  const auto longitude = take_number(text, 3);
  if (east == 0 || !longitude) return false;
  out.south_deg = north * *latitude;
  out.west_deg = east * *longitude;
  return out.south_deg >= -90 && out.south_deg < 90 && out.west_deg >= -180 && out.west_deg <= 180;
}

}  // namespace

std::optional<TileName> parse_tile_name(std::string_view file_name) {
  TileName out;
  std::string_view rest = file_name;
  if (take_word(rest, "Copernicus_DSM_")) {
    out.family = TileName::Family::copernicus;
    take_word(rest, "COG_");
    const auto spacing = take_number(rest, 2);
    if (!spacing || (*spacing != 10 && *spacing != 30) || !take_word(rest, "_")) return {};
    out.arc_seconds = *spacing / 10;
    if (!take_place(rest, "_00_", out)) return {};
    return out;
  }
  const std::string lower = lower_ascii(file_name);
  if (!lower.ends_with(".hgt") && !lower.ends_with(".hgt.gz") && !lower.ends_with(".hgt.zip")) {
    return {};
  }
  if (!take_place(rest, "", out)) return {};
  if (lower.find("srtmgl1") != std::string::npos || lower.find("srtm1") != std::string::npos) {
    out.arc_seconds = 1;
  }
  if (lower.find("srtmgl3") != std::string::npos || lower.find("srtm3") != std::string::npos) {
    out.arc_seconds = 3;
  }
  return out;
}

std::string tile_text(int south_deg, int west_deg) {
  return format("{}{:02}{}{:03}", south_deg < 0 ? 'S' : 'N', std::abs(south_deg),
                west_deg < 0 ? 'W' : 'E', std::abs(west_deg));
}

std::string source_label(std::string_view file_name, double cell_m) {
  const auto tile = parse_tile_name(file_name);
  const bool fine = cell_m < 60;
  if (tile && tile->family == TileName::Family::srtm) {
    return fine ? "SRTM, 1 arc-second" : "SRTM, 3 arc-seconds";
  }
  if (tile) return fine ? "Copernicus DEM GLO-30" : "Copernicus DEM GLO-90";
  if (lower_ascii(file_name).starts_with("etopo5_swchina")) {
    return "ETOPO5, 5 arc-minutes: coarse, for demonstration "
           "(RMSE 724 m against 110 weather stations)";
  }
  return std::string(file_name);
}

}  // namespace cairn::geo
