// SPDX-License-Identifier: Apache-2.0
#include "device/device_csv.hpp"

#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/csv.hpp"
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "device/modbus_address.hpp"

namespace cairn::device {
namespace {

constexpr std::size_t text_bytes = 300;  // 100 Chinese characters

// Columns, with what spreadsheets here call them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 39> columns{{
    {"protocol", "protocol"},
    {"协议", "protocol"},
    {"identity", "identity"},
    {"设备标识", "identity"},
    {"标识", "identity"},
    {"mn", "identity"},
    {"thing", "thing"},
    {"监测对象", "thing"},
    {"type", "type"},
    {"对象类型", "type"},
    {"region", "region"},
    {"区划代码", "region"},
    {"lon", "lon"},
    {"经度", "lon"},
    {"lat", "lat"},
    {"纬度", "lat"},
    {"label_zh", "label_zh"},
    {"名称", "label_zh"},
    {"label_en", "label_en"},
    {"英文名称", "label_en"},
    {"vendor", "vendor"},
    {"厂商", "vendor"},
    {"model", "model"},
    {"型号", "model"},
    {"serial", "serial"},
    {"序列号", "serial"},
    {"firmware", "firmware"},
    {"固件版本", "firmware"},
    {"calibrated_on", "calibrated_on"},
    {"检定日期", "calibrated_on"},
    {"calibration_due", "calibration_due"},
    {"检定到期", "calibration_due"},
    {"every", "every"},
    {"上报间隔", "every"},
    {"rights", "rights"},
    {"simulated", "simulated"},
    {"模拟", "simulated"},
    {"secret", "secret"},
    {"密钥", "secret"},
}};

std::optional<std::string_view> field_of(std::string_view header) {
  const std::string lower = lower_ascii(trim(header));
  for (const auto& [name, field] : columns) {
    if (lower == name) return field;
  }
  return std::nullopt;
}

// Reads one row; what is wrong goes to the errors.
class Row {
 public:
  Row(const CsvRecord& record, const std::map<std::string_view, std::size_t>& at,
      const std::vector<std::string>& header, std::vector<CsvError>& errors)
      : record_(record), at_(at), header_(header), errors_(errors) {}

  std::string text(std::string_view field, std::size_t most = text_bytes) {
    const auto at = at_.find(field);
    if (at == at_.end() || at->second >= record_.fields.size()) return {};
    std::string out(trim(record_.fields[at->second]));
    if (out.size() > most) wrong(field, format("at most {} bytes", most));
    return out;
  }
  void wrong(std::string_view field, std::string message) {
    const auto at = at_.find(field);
    errors_.push_back(
        {record_.line, at == at_.end() ? std::string() : header_[at->second], std::move(message)});
    bad_ = true;
  }
  std::optional<double> degrees(std::string_view field, double most) {
    const std::string value = text(field);
    if (value.empty()) return std::nullopt;
    const auto number = parse_number(value);
    if (number && std::fabs(*number) <= most) return number;
    wrong(field, format("'{}' is no number of degrees from {} to {}", value, -most, most));
    return std::nullopt;
  }
  std::optional<Date> date(std::string_view field) {
    const std::string value = text(field);
    if (value.empty()) return std::nullopt;
    const auto date = parse_date(value);
    if (date) return *date;
    wrong(field, format("'{}' is no date; write 2026-05-31", value));
    return std::nullopt;
  }
  bool bad() const { return bad_; }

 private:
  const CsvRecord& record_;
  const std::map<std::string_view, std::size_t>& at_;
  const std::vector<std::string>& header_;
  std::vector<CsvError>& errors_;
  bool bad_ = false;
};

void read_interval(Row& row, Facts& facts) {
  const std::string every = row.text("every");
  if (every.empty()) return;
  const auto span = parse_span(every);
  if (span && span->months == 0 && span->ns >= ns_per_second && span->ns <= 366 * ns_per_day) {
    facts.expected_every_s = span->ns / ns_per_second;
    return;
  }
  row.wrong("every", format("'{}' is no interval from 1s to 366d; write 10min", every));
}

Facts read_facts(Row& row) {
  Facts out;
  out.label = {row.text("label_zh"), row.text("label_en")};
  out.vendor = row.text("vendor");
  out.model = row.text("model");
  out.serial = row.text("serial");
  out.firmware = row.text("firmware");
  out.calibrated_on = row.date("calibrated_on");
  out.calibration_due = row.date("calibration_due");
  if (out.calibrated_on && out.calibration_due && *out.calibration_due < *out.calibrated_on) {
    row.wrong("calibration_due", "the next calibration is due before the last one was made");
  }
  read_interval(row, out);
  const std::string rights = row.text("rights", 2'000);
  for (const std::string_view right : split(rights, ';')) {
    if (!trim(right).empty()) out.rights.emplace_back(trim(right));
  }
  const std::string simulated = lower_ascii(row.text("simulated"));
  out.simulated = simulated == "true" || simulated == "是" || simulated == "1";
  if (!out.simulated && !simulated.empty() && simulated != "false" && simulated != "否" &&
      simulated != "0") {
    row.wrong("simulated", format("'{}' is neither true nor false", simulated));
  }
  return out;
}

Target read_target(Row& row) {
  Target out;
  out.thing = row.text("thing");
  out.type = row.text("type");
  out.region = row.text("region");
  const auto lon = row.degrees("lon", 180);
  const auto lat = row.degrees("lat", 90);
  if (lon && lat) out.place = Place{*lon, *lat};
  if (lon.has_value() != lat.has_value() && !row.bad()) {
    row.wrong(lon ? "lat" : "lon", "longitude and latitude go together");
  }
  if (!out.type.empty() && !out.place && out.region.empty() && !row.bad()) {
    row.wrong("type", "a thing that is to be made needs a region or a position");
  }
  return out;
}

NewDevice read_device(Row& row) {
  NewDevice out;
  const std::string protocol = lower_ascii(row.text("protocol"));
  if (const auto known = parse_protocol(protocol)) {
    out.protocol = *known;
  } else {
    row.wrong("protocol",
              format("'{}' is none of http, mqtt, coap, hj212, modbus, probe", protocol));
  }
  out.identity = row.text("identity", 200);
  if (out.identity.empty()) row.wrong("identity", "the identity is missing");
  if (out.protocol == Protocol::modbus && !row.bad() && !parse_modbus_address(out.identity)) {
    row.wrong("identity", format("'{}' is no host:port/unit, as 10.8.0.21:502/1", out.identity));
  }
  out.facts = read_facts(row);
  out.target = read_target(row);
  if (out.target.thing.empty() && !out.target.type.empty()) out.target.thing = out.identity;
  out.secret = row.text("secret");
  if (out.secret.empty()) return out;
  if (auto fits = check_secret(out.protocol, out.secret); !fits) {
    row.wrong("secret", fits.error().message);
  }
  return out;
}

}  // namespace

Result<CsvDevices> read_csv_devices(std::string_view bytes, std::string_view name) {
  const auto text = decode_text(bytes);
  if (!text) return fail(text.error());
  CsvReader reader(text->text, detect_separator(text->text));
  const auto head = reader.next();
  if (!head) return fail(head.error());
  if (!*head) return fail(Code::invalid, "the file is empty", std::string(name));
  const std::vector<std::string>& header = (*head)->fields;
  std::map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const auto field = field_of(header[i]);
    if (!field) {
      return fail(Code::invalid,
                  format("the column '{}' is not known; docs/devices.md lists them", header[i]),
                  format("{}:1", name));
    }
    if (!at.emplace(*field, i).second) {
      return fail(Code::invalid, format("two columns are '{}'", *field), format("{}:1", name));
    }
  }
  for (const std::string_view needed : {"protocol", "identity"}) {
    if (at.contains(needed)) continue;
    return fail(Code::invalid, format("the column '{}' is missing", needed), format("{}:1", name));
  }
  CsvDevices out;
  std::set<std::pair<Protocol, std::string>> seen;
  for (;;) {
    const auto record = reader.next();
    if (!record) return fail(record.error());
    if (!*record) return out;
    if (++out.rows > csv_rows_most) {
      return fail(Code::too_large, format("more than {} rows: divide the file", csv_rows_most));
    }
    Row row(**record, at, header, out.errors);
    NewDevice device = read_device(row);
    if (!row.bad() && !seen.emplace(device.protocol, device.identity).second) {
      row.wrong("identity", format("'{}' stands twice", device.identity));
    }
    if (row.bad()) {
      ++out.wrong;
    } else {
      out.devices.push_back({(*record)->line, std::move(device)});
    }
  }
}

}  // namespace cairn::device
