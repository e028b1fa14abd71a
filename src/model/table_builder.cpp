// SPDX-License-Identifier: Apache-2.0
#include "model/table_builder.hpp"

#include <cmath>
#include <limits>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Adds room for one row to the member of `column` that the property's kind uses.
void grow(Column& column, const PropertyDef& property) {
  if (property.series) {
    column.series.push_back(no_series);
    return;
  }
  column.present.push_back(0);
  switch (property.kind) {
    case PropertyKind::number:
    case PropertyKind::integer:
    case PropertyKind::boolean:
      column.numbers.push_back(0);
      break;
    case PropertyKind::text:
      column.texts.push_back(0);
      break;
    case PropertyKind::time:
    case PropertyKind::date:
      column.times.push_back(0);
      break;
    default:
      column.values.emplace_back();
  }
  if (!column.estimated.empty()) column.estimated.push_back(0);
}

template <class T>
void copy_row(std::vector<T>& items, std::uint32_t row) {
  if (row < items.size()) items.push_back(items[row]);
}

std::string kind_error(const PropertyDef& property, std::string_view got) {
  return format("'{}' must be {} {}, not {}", property.name,
                property.kind == PropertyKind::integer ? "an" : "a", to_string(property.kind), got);
}

Result<double> as_number(const PropertyDef& property, const Value& value) {
  if (const bool* truth = value.get<bool>()) {
    if (property.kind == PropertyKind::boolean) return *truth ? 1.0 : 0.0;
  } else if (const double* number = value.get<double>()) {
    if (!std::isfinite(*number)) return fail(Code::invalid, kind_error(property, "NaN"));
    const bool whole = *number == std::floor(*number);
    if (property.kind == PropertyKind::number) return *number;
    if (property.kind == PropertyKind::integer && whole) return *number;
    if (property.kind == PropertyKind::boolean && (*number == 0 || *number == 1)) return *number;
    return fail(Code::invalid, kind_error(property, number_text(*number)));
  }
  return fail(Code::invalid, kind_error(property, "another kind of value"));
}

}  // namespace

TableBuilder::TableBuilder(Table& table, Zone zone)
    : table_(table), zone_(zone), words_(table.columns.size()) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const auto& dictionary = table.columns[i].dictionary;
    for (std::uint32_t w = 0; w < dictionary.size(); ++w) words_[i].emplace(dictionary[w], w);
  }
}

std::uint32_t TableBuilder::append(const Thing& thing, RegionIndex region, std::uint16_t source) {
  const auto row = static_cast<std::uint32_t>(table_.size());
  table_.ids.push_back(thing.id);
  table_.names.push_back(thing.name);
  table_.region.push_back(region);
  table_.position.push_back(thing.position.value_or(geo::Point{nan, nan}));
  table_.position_estimated.push_back(thing.estimated);
  table_.status.push_back(thing.status);
  table_.valid.push_back(thing.valid);
  table_.estimated.push_back(thing.estimated);
  table_.proposed.push_back(0);
  table_.source.push_back(source);
  for (std::size_t i = 0; i < table_.columns.size(); ++i) {
    grow(table_.columns[i], table_.type->properties[i]);
  }
  if (!thing.geometry.empty()) table_.shapes[row] = {thing.geometry};
  table_.rows_by_id.emplace(thing.id, row);
  return row;
}

std::uint32_t TableBuilder::duplicate(std::uint32_t row) {
  const auto copy = static_cast<std::uint32_t>(table_.size());
  copy_row(table_.ids, row);
  copy_row(table_.names, row);
  copy_row(table_.region, row);
  copy_row(table_.position, row);
  copy_row(table_.position_estimated, row);
  copy_row(table_.status, row);
  copy_row(table_.valid, row);
  copy_row(table_.estimated, row);
  copy_row(table_.proposed, row);
  copy_row(table_.source, row);
  for (Column& column : table_.columns) {
    copy_row(column.present, row);
    copy_row(column.numbers, row);
    copy_row(column.texts, row);
    copy_row(column.times, row);
    copy_row(column.values, row);
    copy_row(column.series, row);
    copy_row(column.estimated, row);
  }
  if (const auto shape = table_.shapes.find(row); shape != table_.shapes.end()) {
    const Value same = shape->second;
    table_.shapes[copy] = same;
  }
  table_.rows_by_id.emplace(table_.ids[row], copy);
  return copy;
}

Status TableBuilder::set(std::uint32_t row, std::size_t index, const Value& value) {
  const PropertyDef& property = table_.type->properties[index];
  if (const auto* text = value.get<std::string>(); text && property.kind != PropertyKind::text) {
    const auto read = parse_value(*text, property.kind, zone_);
    if (!read) {
      return fail(read.error().code, format("'{}': {}", property.name, read.error().message));
    }
    return set(row, index, *read);
  }
  Column& column = table_.columns[index];
  if (property.series) {
    return fail(Code::invalid,
                format("'{}' is a series; give it as observations or statistics", property.name));
  }
  if (!property.formula.empty()) {
    return fail(Code::invalid, format("'{}' is computed by a formula", property.name));
  }
  column.present[row] = 0;
  if (value.missing()) return {};
  switch (property.kind) {
    case PropertyKind::number:
    case PropertyKind::integer:
    case PropertyKind::boolean: {
      const auto number = as_number(property, value);
      if (!number) return fail(number.error());
      column.numbers[row] = *number;
      break;
    }
    case PropertyKind::text: {
      const std::string* text = value.get<std::string>();
      if (text == nullptr) return fail(Code::invalid, kind_error(property, "another kind"));
      const auto fresh = static_cast<std::uint32_t>(column.dictionary.size());
      const auto [at, added] = words_[index].emplace(*text, fresh);
      if (added) column.dictionary.push_back(*text);
      column.texts[row] = at->second;
      break;
    }
    case PropertyKind::time:
    case PropertyKind::date:
      if (const Instant* t = value.get<Instant>()) {
        column.times[row] = t->ns;
      } else if (const Date* date = value.get<Date>()) {
        column.times[row] = start_of(*date, Zone{}).ns;
      } else {
        return fail(Code::invalid, kind_error(property, "another kind"));
      }
      break;
    default:
      column.values[row] = value;
  }
  column.present[row] = 1;
  return {};
}

void TableBuilder::mark_estimated(std::uint32_t row, std::size_t index, bool estimated) {
  Column& column = table_.columns[index];
  if (column.estimated.empty() && !estimated) return;
  if (column.estimated.empty()) column.estimated.resize(table_.size(), 0);
  column.estimated[row] = estimated;
}

Result<Value> parse_value(std::string_view text, PropertyKind kind, Zone zone) {
  text = trim(text);
  if (text.empty()) return Value{};
  switch (kind) {
    case PropertyKind::number:
    case PropertyKind::integer: {
      const auto number = parse_number(text);
      if (!number) return fail(Code::invalid, format("'{}' is not a number", text));
      return Value{*number};
    }
    case PropertyKind::boolean:
      for (const std::string_view word : {"true", "1", "yes", "是"}) {
        if (iequals_ascii(text, word)) return Value{true};
      }
      for (const std::string_view word : {"false", "0", "no", "否"}) {
        if (iequals_ascii(text, word)) return Value{false};
      }
      return fail(Code::invalid, format("'{}' is neither true nor false", text));
    case PropertyKind::text:
      return Value{std::string(text)};
    case PropertyKind::date: {
      const auto date = parse_date(text);
      if (!date) return fail(date.error());
      return Value{*date};
    }
    case PropertyKind::time: {
      const auto time = parse_instant(text, zone);
      if (!time) return fail(time.error());
      return Value{*time};
    }
    default:
      return fail(Code::unsupported, format("a {} cannot be read from a text", to_string(kind)));
  }
}

}  // namespace cairn::model
