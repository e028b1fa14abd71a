// SPDX-License-Identifier: Apache-2.0
#include "model/value.hpp"

namespace cairn::model {

bool Array::operator==(const Array& other) const {
  return items == other.items;
}
bool Value::operator==(const Value& other) const {
  return data == other.data;
}

}  // namespace cairn::model
