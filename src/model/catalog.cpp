// SPDX-License-Identifier: Apache-2.0
#include "model/catalog.hpp"

#include <algorithm>
#include <iterator>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr const char* kind_names[] = {"number", "integer",  "boolean",  "text", "time",
                                      "date",   "interval", "geometry", "array"};

// Index of the element whose `field` equals `name`, or -1.
template <class T>
int index_of(const std::vector<T>& items, std::string_view name, std::string T::*field) {
  const auto at =
      std::find_if(items.begin(), items.end(), [&](const T& item) { return item.*field == name; });
  return at == items.end() ? -1 : static_cast<int>(at - items.begin());
}

template <class T>
const T* find(const std::vector<T>& items, std::string_view name, std::string T::*field) {
  const int index = index_of(items, name, field);
  return index < 0 ? nullptr : &items[static_cast<std::size_t>(index)];
}

}  // namespace

const char* to_string(PropertyKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<PropertyKind> parse_property_kind(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kind_names); ++i) {
    if (text == kind_names[i]) return static_cast<PropertyKind>(i);
  }
  return std::nullopt;
}

const PropertyDef* TypeDef::property(std::string_view wanted) const {
  return find(properties, wanted, &PropertyDef::name);
}
int TypeDef::property_index(std::string_view wanted) const {
  return index_of(properties, wanted, &PropertyDef::name);
}

const TypeDef* Catalog::type(std::string_view name) const {
  return find(types, name, &TypeDef::name);
}
int Catalog::type_index(std::string_view name) const {
  return index_of(types, name, &TypeDef::name);
}
const IndicatorDef* Catalog::indicator(std::string_view id) const {
  return find(indicators, id, &IndicatorDef::id);
}
int Catalog::indicator_index(std::string_view id) const {
  return index_of(indicators, id, &IndicatorDef::id);
}
const PackDef* Catalog::pack(std::string_view id) const {
  return find(packs, id, &PackDef::id);
}
const BandDef* Catalog::band(std::string_view name) const {
  for (const BandDef& band : bands) {
    if (iequals_ascii(band.id, name)) return &band;
  }
  for (const BandDef& band : bands) {
    if (band.called(name)) return &band;
  }
  return nullptr;
}

}  // namespace cairn::model
