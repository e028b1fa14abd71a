// SPDX-License-Identifier: Apache-2.0
#include "formula/vec.hpp"

#include <utility>

namespace cairn::formula {

const char* to_string(Lack lack) {
  switch (lack) {
    case Lack::present:
      return "";
    case Lack::missing:
      return "not reported";
    case Lack::stale:
      return "the last observation is too old";
    case Lack::few_samples:
      return "too few samples in the window";
    case Lack::many_samples:
      return "too many samples in the window";
    case Lack::zero_division:
      return "division by zero";
    case Lack::domain:
      return "outside the domain of the function";
    case Lack::overflow:
      return "too large for a number";
    case Lack::not_in_force:
      return "not in force at that date";
    case Lack::incomparable:
      return "values that cannot be compared";
    case Lack::none_selected:
      return "nothing selected";
    case Lack::none_reported:
      return "none reported";
  }
  return "";
}

void Vec::reset(Type of, std::size_t lanes) {
  type = of;
  lack.assign(lanes, Lack::missing);
  numbers.clear();
  texts.clear();
  times.clear();
  values.clear();
  own_texts.reset();
  own_values.reset();
  switch (of) {
    case Type::number:
    case Type::boolean:
      numbers.assign(lanes, 0);
      break;
    case Type::text:
      texts.assign(lanes, {});
      break;
    case Type::time:
    case Type::date:
      times.assign(lanes, 0);
      break;
    case Type::interval:
    case Type::geometry:
    case Type::array:
      values.assign(lanes, nullptr);
      break;
  }
}

void Vec::set_number(std::size_t lane, double value) {
  numbers[lane] = value;
  lack[lane] = Lack::present;
}

void Vec::set_time(std::size_t lane, std::int64_t ns) {
  times[lane] = ns;
  lack[lane] = Lack::present;
}

void Vec::set_text(std::size_t lane, std::string value) {
  if (!own_texts) own_texts = std::make_shared<std::deque<std::string>>();
  own_texts->push_back(std::move(value));
  set_view(lane, own_texts->back());
}

void Vec::set_view(std::size_t lane, std::string_view value) {
  texts[lane] = value;
  lack[lane] = Lack::present;
}

void Vec::set_value(std::size_t lane, model::Value value) {
  if (!own_values) own_values = std::make_shared<std::deque<model::Value>>();
  own_values->push_back(std::move(value));
  values[lane] = &own_values->back();
  lack[lane] = Lack::present;
}

Vec constant_vec(const model::Value& value) {
  Vec vec;
  vec.reset(Type::number, 1);
  if (const bool* truth = value.get<bool>()) {
    vec.reset(Type::boolean, 1);
    vec.set_truth(0, *truth);
  } else if (const double* number = value.get<double>()) {
    vec.set_number(0, *number);
  } else if (const auto* text = value.get<std::string>()) {
    vec.reset(Type::text, 1);
    vec.set_text(0, *text);
  } else if (const Date* date = value.get<Date>()) {
    vec.reset(Type::date, 1);
    vec.set_time(0, start_of(*date, Zone{}).ns);
  } else if (const Instant* instant = value.get<Instant>()) {
    vec.reset(Type::time, 1);
    vec.set_time(0, instant->ns);
  } else if (!value.missing()) {
    vec.reset(value.get<Interval>()        ? Type::interval
              : value.get<geo::Geometry>() ? Type::geometry
                                           : Type::array,
              1);
    vec.set_value(0, value);
  }
  vec.constant = true;
  return vec;
}

}  // namespace cairn::formula
