// SPDX-License-Identifier: Apache-2.0
#include "model/csv_rows.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::model {
namespace {

std::string_view without_bom(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  return text;
}

}  // namespace

CsvRows::CsvRows(std::string_view text, std::string_view name, Problems& problems)
    : text_(without_bom(text)),
      name_(name),
      problems_(problems),
      reader_(text_, detect_separator(text_)) {}

bool CsvRows::begin(std::initializer_list<std::string_view> needed) {
  auto record = reader_.next();
  if (!record || !*record) {
    problems_.error(name_, record ? "the file is empty" : record.error().message);
    return false;
  }
  record_ = std::move(**record);
  std::set<std::string> seen;
  for (const std::string& field : record_.fields) {
    header_.emplace_back(trim(field));
    if (!seen.insert(header_.back()).second) {
      error(format("the column '{}' stands twice", header_.back()));
      return false;
    }
  }
  bool complete = true;
  for (const std::string_view name : needed) {
    if (column(name) != none) continue;
    const auto near = nearest(name, header_);
    error(format("the column '{}' is missing{}", name,
                 near ? format("; is it '{}'?", *near) : std::string()));
    complete = false;
  }
  return complete;
}

std::size_t CsvRows::column(std::string_view name) const {
  const auto at = std::find(header_.begin(), header_.end(), name);
  return at == header_.end() ? none : static_cast<std::size_t>(at - header_.begin());
}

bool CsvRows::next() {
  for (;;) {
    auto record = reader_.next();
    if (!record) {
      problems_.error(format("{}:{}", name_, record.error().place), record.error().message,
                      record.error().code);
      return false;
    }
    if (!*record) return false;
    record_ = std::move(**record);
    if (record_.fields.size() == header_.size()) return true;
    error(format("{} fields where the header has {}", record_.fields.size(), header_.size()));
  }
}

std::string_view CsvRows::at(std::size_t column) const {
  return column < record_.fields.size() ? trim(record_.fields[column]) : std::string_view();
}

std::string_view CsvRows::at(std::string_view name) const {
  return at(column(name));
}

std::string CsvRows::place() const {
  return format("{}:{}", name_, record_.line);
}

void CsvRows::error(std::string message, Code code) {
  if (++mistakes_ <= limits::reported_errors) problems_.error(place(), std::move(message), code);
}

void CsvRows::warning(std::string message) {
  if (problems_.warnings.size() < limits::reported_errors) {
    problems_.warning(place(), std::move(message));
  }
}

std::optional<bool> CsvRows::flag(std::string_view name, bool otherwise) {
  const std::string_view text = at(name);
  if (text.empty()) return otherwise;
  if (text == "true") return true;
  if (text == "false") return false;
  error(format("'{}' must be true or false, not '{}'", name, text));
  return std::nullopt;
}

std::optional<std::optional<geo::Point>> CsvRows::position() {
  const std::string_view lon = at("lon");
  const std::string_view lat = at("lat");
  if (lon.empty() && lat.empty()) return std::optional<geo::Point>();
  const auto x = parse_number(lon);
  const auto y = parse_number(lat);
  if (!x || !y) {
    error(format("lon '{}' and lat '{}' must both be numbers in degrees, or both empty", lon, lat));
    return std::nullopt;
  }
  if (std::fabs(*x) > 180 || std::fabs(*y) > 90) {
    const bool swapped = std::fabs(*x) <= 90 && std::fabs(*y) <= 180;
    error(format("lon {} and lat {} are outside the range of degrees{}", lon, lat,
                 swapped ? "; are they swapped?" : "; are they projected?"));
    return std::nullopt;
  }
  return std::optional<geo::Point>({*x, *y});
}

std::optional<Interval> CsvRows::validity(Zone zone) {
  Interval out{Instant::min(), Instant::max()};
  for (const std::string_view name : {"valid_from", "valid_to"}) {
    const std::string_view text = at(name);
    if (text.empty()) continue;
    const auto t = parse_beginning(text, zone);
    if (!t) {
      error(format("'{}': {}", name, t.error().message));
      return std::nullopt;
    }
    (name == "valid_from" ? out.begin : out.end) = *t;
  }
  if (out.begin >= out.end) {
    error(format("valid_from {} is not before valid_to {}", at("valid_from"), at("valid_to")));
    return std::nullopt;
  }
  return out;
}

void CsvRows::finish() {
  if (mistakes_ <= limits::reported_errors) return;
  problems_.error(name_, format("{} more rows with mistakes", mistakes_ - limits::reported_errors));
  mistakes_ = 0;
}

Result<Instant> parse_beginning(std::string_view text, Zone zone) {
  if (const auto period = parse_period(text, zone)) return period->begin;
  return parse_instant(text, zone);
}

}  // namespace cairn::model
