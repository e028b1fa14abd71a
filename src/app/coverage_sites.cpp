// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_sites.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cairn::app {
namespace {

// "Height (m)" and "height_m" are one name.
std::string plain_name(std::string_view heading) {
  std::string out = lower_ascii(trim(heading));
  for (const std::string_view opening : {"(", "[", "（"}) {
    const std::size_t at = out.find(opening);
    if (at != std::string::npos && at > 0) out.erase(at);
  }
  out = std::string(trim(out));
  std::replace(out.begin(), out.end(), ' ', '_');
  return out;
}

struct Columns {
  std::size_t id, site, sector, lon, lat, mast, azimuth, tilt, electrical, power, offset, antenna;
  std::size_t band, technology, operator_id, type, status, estimated;
};

Columns columns_of(const model::CsvRows& rows) {
  const auto find = [&rows](std::initializer_list<std::string_view> names) {
    return find_column(rows, names);
  };
  return {
      .id = find({"id", "cell_id", "cell", "cellid", "cell_name", "小区", "小区编号", "小区名称"}),
      .site = find({"site", "site_id", "site_name", "station", "站址", "站名", "基站", "基站名称"}),
      .sector = find({"sector", "sector_id", "扇区", "扇区号"}),
      .lon = find({"lon", "longitude", "lng", "long", "经度"}),
      .lat = find({"lat", "latitude", "纬度"}),
      .mast = find({"mast_m", "height_m", "mast", "height", "antenna_height", "antenna_height_m",
                    "挂高", "天线挂高", "塔高"}),
      .azimuth = find({"azimuth", "azimuth_deg", "bearing", "direction", "方位角"}),
      .tilt = find({"tilt", "mechanical_tilt", "tilt_deg", "mtilt", "mechanical_tilt_deg",
                    "mechanical_downtilt", "下倾角", "机械下倾角"}),
      .electrical = find({"electrical_tilt", "etilt", "electrical_tilt_deg", "electrical_downtilt",
                          "电下倾角", "电子下倾角"}),
      .power = find({"power_dbm", "power", "tx_power", "tx_power_dbm", "发射功率"}),
      .offset = find({"power_offset_db", "power_offset", "功率偏置"}),
      .antenna = find({"antenna", "pattern", "antenna_name", "天线", "天线型号"}),
      .band = find({"band", "频段"}),
      .technology = find({"technology", "tech", "rat", "制式"}),
      .operator_id = find({"operator", "carrier", "network", "运营商"}),
      .type = find({"type"}),
      .status = find({"status"}),
      .estimated = find({"estimated"}),
  };
}

// One row; its first mistake ends it.
class Row {
 public:
  Row(const model::CsvRows& rows, const Columns& columns) : rows_(rows), columns_(columns) {}

  // Azimuths of one row may be several: "0/120/240" is three sectors.
  Result<std::vector<SiteRow>> read(const SiteReading& how) {
    SiteRow row = words();
    const auto position = parse_position(rows_.at(columns_.lon), rows_.at(columns_.lat));
    if (!position) return fail(position.error());
    row.position = *position;
    std::optional<double> mast;
    for (const auto& [column, what, value] :
         {std::tuple{columns_.mast, "mast", &mast},
          {columns_.power, "power", &row.power_dbm},
          {columns_.electrical, "electrical tilt", &row.electrical_tilt_deg}}) {
      if (Status ok = number(column, what, *value); !ok) return fail(ok.error());
    }
    std::optional<double> tilt;
    std::optional<double> offset;
    if (Status ok = number(columns_.tilt, "tilt", tilt); !ok) return fail(ok.error());
    if (Status ok = number(columns_.offset, "power offset", offset); !ok) return fail(ok.error());
    if (!mast) mast = how.mast_m;
    if (!mast) return fail(Code::invalid, "the mast has no height; say one for all with --mast");
    row.mast_m = *mast;
    row.mechanical_tilt_deg = tilt.value_or(0);
    row.power_offset_db = offset.value_or(0);
    for (const auto& [value, what] : {std::pair{row.mechanical_tilt_deg, "tilt"},
                                      {row.electrical_tilt_deg.value_or(0), "electrical tilt"}}) {
      if (std::abs(value) > 90) {
        return fail(Code::invalid, format("{} {}° is steeper than 90°", what, number_text(value)));
      }
    }
    return sectors(std::move(row));
  }

 private:
  SiteRow words() const {
    SiteRow row;
    row.place = rows_.place();
    row.site = rows_.at(columns_.site);
    row.id = rows_.at(columns_.id);
    if (row.id.empty()) {
      row.id = row.site.empty() ? "row " + row.place.substr(row.place.rfind(':') + 1) : row.site;
      if (const auto sector = rows_.at(columns_.sector); !sector.empty()) {
        row.id += format("-{}", sector);
      }
    }
    row.operator_id = rows_.at(columns_.operator_id);
    row.band = rows_.at(columns_.band);
    row.technology = rows_.at(columns_.technology);
    row.antenna = rows_.at(columns_.antenna);
    row.estimated = rows_.at(columns_.estimated) == "true";
    return row;
  }

  Status number(std::size_t column, const char* what, std::optional<double>& out) const {
    const std::string_view text = rows_.at(column);
    if (text.empty()) return {};
    out = parse_number(text);
    if (!out) return fail(Code::invalid, format("{} '{}' is not a number", what, text));
    return {};
  }

  Result<std::vector<SiteRow>> sectors(SiteRow row) const {
    std::vector<SiteRow> out;
    const std::string_view text = rows_.at(columns_.azimuth);
    if (text.empty() || lower_ascii(text) == "omni" || text == "全向") {
      out.push_back(std::move(row));
      return out;
    }
    const auto parts = split(text, '/');
    for (const std::string_view part : parts) {
      const auto azimuth = parse_number(trim(part));
      if (!azimuth || std::abs(*azimuth) > 360) {
        return fail(Code::invalid,
                    format("azimuth '{}' is not a number of degrees from -360 to 360", part));
      }
      SiteRow sector = row;
      sector.azimuth_deg = *azimuth < 0 ? *azimuth + 360 : *azimuth;
      if (parts.size() > 1) sector.id += format("-{}", out.size() + 1);
      out.push_back(std::move(sector));
    }
    return out;
  }

  const model::CsvRows& rows_;
  const Columns& columns_;
};

// Stations that are on the air; the rest is no mistake.
bool wanted(model::CsvRows& rows, const Columns& columns, const SiteReading& how, bool& mistake) {
  const std::string_view type = rows.at(columns.type);
  if (!type.empty() && type != "base_station") return false;
  const std::string_view status = rows.at(columns.status);
  if (status == "retired") return false;
  if ((status == "planned" || status == "building") && !how.planned) return false;
  const auto valid = rows.validity(how.zone);
  mistake = !valid;
  return valid && (!how.at || (valid->begin <= *how.at && *how.at < valid->end));
}

}  // namespace

std::size_t find_column(const model::CsvRows& rows, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    for (std::size_t i = 0; i < rows.header().size(); ++i) {
      if (plain_name(rows.header()[i]) == name) return i;
    }
  }
  return model::CsvRows::none;
}

Result<geo::Point> parse_position(std::string_view lon, std::string_view lat) {
  const auto x = parse_number(trim(lon));
  const auto y = parse_number(trim(lat));
  if (!x || !y) {
    return fail(Code::invalid, format("longitude '{}' and latitude '{}' must be numbers of degrees",
                                      trim(lon), trim(lat)));
  }
  if (std::abs(*x) > 180 || std::abs(*y) > 90) {
    const bool swapped = std::abs(*x) <= 90 && std::abs(*y) <= 180;
    return fail(
        Code::invalid,
        format("longitude {} and latitude {} are outside the range of degrees; {}", number_text(*x),
               number_text(*y), swapped ? "they look swapped" : "are they projected coordinates?"));
  }
  return geo::Point{*x, *y};
}

SiteList read_sites(std::string_view text, std::string_view name, const SiteReading& how) {
  SiteList out;
  model::CsvRows rows(text, name, out.problems);
  if (!rows.begin({})) return out;
  const Columns columns = columns_of(rows);
  for (const auto& [column, what] :
       {std::pair{columns.lon, "longitude (lon)"}, {columns.lat, "latitude (lat)"}}) {
    if (column != model::CsvRows::none) continue;
    out.problems.error(format("{}:1", name), format("there is no column for the {}; the header is "
                                                    "'{}'",
                                                    what, join(rows.header(), ",")));
    return out;
  }
  while (rows.next()) {
    bool mistake = false;
    if (!wanted(rows, columns, how, mistake)) {
      if (!mistake) ++out.others;
      continue;
    }
    auto sectors = Row(rows, columns).read(how);
    if (!sectors) {
      rows.error(sectors.error().message);
      continue;
    }
    for (SiteRow& row : *sectors) out.rows.push_back(std::move(row));
  }
  out.left_out = rows.mistakes();
  rows.finish();
  return out;
}

}  // namespace cairn::app
