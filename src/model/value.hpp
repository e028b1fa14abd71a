// SPDX-License-Identifier: Apache-2.0
// A property's value: nothing, a truth, a number, a text, a time, a geometry or a list of these.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/time.hpp"
#include "geo/geometry.hpp"

namespace cairn::model {

struct Value;
struct Array {
  std::vector<Value> items;
  bool operator==(const Array&) const;
};

struct Value {
  std::variant<std::monostate, bool, double, std::string, Date, Instant, Interval, geo::Geometry,
               Array>
      data;

  bool missing() const { return std::holds_alternative<std::monostate>(data); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&data);
  }
  bool operator==(const Value&) const;
};

}  // namespace cairn::model
