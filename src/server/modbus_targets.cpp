// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_targets.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "core/time.hpp"
#include "device/modbus_address.hpp"
#include "model/csv_rows.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t most_targets = 4'096;
constexpr std::int64_t least_every_ms = 1'000;
constexpr std::int64_t most_every_ms = 86'400'000;
constexpr std::int64_t least_timeout_ms = 50;
constexpr std::int64_t most_timeout_ms = 10'000;

constexpr std::array columns = {"host", "port", "unit", "model", "thing", "every", "timeout"};

class Reader {
 public:
  Reader(model::CsvRows& rows, std::span<const model::ModbusModel> models)
      : rows_(rows), models_(models) {}

  std::optional<ModbusTarget> read() {
    ModbusTarget out;
    const std::size_t before = rows_.mistakes();
    out.place = rows_.place();
    out.host = rows_.at("host");
    if (!device::is_ip_address(out.host)) {
      rows_.error(
          format("the host '{}' is no IPv4 or IPv6 address; names are not looked up", out.host));
    }
    out.port = static_cast<std::uint16_t>(whole("port", 502, 1, 65'535));
    const std::int64_t unit = whole("unit", 1, 0, 255);
    if (unit > 247 && unit != 255) rows_.error("the unit must be from 0 to 247, or 255");
    out.unit = static_cast<std::uint8_t>(unit);
    out.model = rows_.at("model");
    check_model(out.model);
    out.thing = rows_.at("thing");
    out.every_ms = duration("every", 60'000, least_every_ms, most_every_ms);
    out.timeout_ms = duration("timeout", 1'000, least_timeout_ms, most_timeout_ms);
    if (rows_.mistakes() != before) return std::nullopt;
    return out;
  }

 private:
  std::int64_t whole(std::string_view column, std::int64_t otherwise, std::int64_t least,
                     std::int64_t most) {
    const std::string_view text = rows_.at(column);
    if (text.empty()) return otherwise;
    const auto value = parse_integer(text);
    if (value && *value >= least && *value <= most) return *value;
    rows_.error(format("the {} is '{}'; it must be a whole number from {} to {}", column, text,
                       least, most));
    return otherwise;
  }
  std::int64_t duration(std::string_view column, std::int64_t otherwise, std::int64_t least,
                        std::int64_t most) {
    const std::string_view text = rows_.at(column);
    if (text.empty()) return otherwise;
    std::optional<std::int64_t> ms;
    if (text.ends_with("ms")) {
      ms = parse_integer(trim(text.substr(0, text.size() - 2)));
    } else if (const auto span = parse_span(text); span && span->months == 0) {
      ms = span->ns / 1'000'000;
    }
    if (ms && *ms >= least && *ms <= most) return *ms;
    rows_.error(format("'{}' is '{}'; it must be a time from {} ms to {} s, as '10s' or '500ms'",
                       column, text, least, most / 1'000));
    return otherwise;
  }
  void check_model(const std::string& id) {
    std::vector<std::string> ids;
    for (const model::ModbusModel& known : models_) {
      if (known.id == id) return;
      ids.push_back(known.id);
    }
    const auto near = nearest(id, ids);
    rows_.error(format("no pack declares the register map '{}'{}", id,
                       near ? format("; did you mean '{}'?", *near) : std::string()),
                Code::not_found);
  }

  model::CsvRows& rows_;
  std::span<const model::ModbusModel> models_;
};

}  // namespace

std::string identity_of(const ModbusTarget& target) {
  return to_string(device::ModbusAddress{target.host, target.port, target.unit});
}

std::vector<ModbusTarget> read_modbus_targets(std::string_view text, std::string_view name,
                                              std::span<const model::ModbusModel> models,
                                              Problems& problems) {
  std::vector<ModbusTarget> out;
  model::CsvRows rows(text, name, problems);
  if (!rows.begin({"host", "model"})) return out;
  for (const std::string& column : rows.header()) {
    if (std::ranges::find(columns, column) == columns.end()) {
      problems.error(format("{}:1", name), format("there is no column '{}' here", column));
      return out;
    }
  }
  Reader reader(rows, models);
  std::map<std::string, std::string> places;
  while (rows.next()) {
    auto target = reader.read();
    if (!target) continue;
    const auto [at, fresh] = places.try_emplace(identity_of(*target), target->place);
    if (!fresh) {
      rows.error(format("'{}' is asked already, see {}", at->first, at->second));
    } else if (out.size() == most_targets) {
      rows.error(format("more than {} meters", most_targets), Code::too_large);
    } else {
      out.push_back(std::move(*target));
    }
  }
  rows.finish();
  return out;
}

std::vector<ModbusTarget> load_modbus_targets(const Files& files, const std::string& path,
                                              std::span<const model::ModbusModel> models,
                                              Problems& problems) {
  if (!files.exists(path)) return {};
  const auto text = files.read(path);
  if (text) return read_modbus_targets(*text, path, models, problems);
  problems.error(path, text.error().message, text.error().code);
  return {};
}

}  // namespace cairn::server
