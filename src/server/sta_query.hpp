// SPDX-License-Identifier: Apache-2.0
// The query language of SensorThings (OGC 18-088, 9.3: the OData subset): $filter, $orderby,
// $expand with nested options, $select, $top, $skip, $count, $resultFormat. Only the text is read
// here; whether the names exist is checked when an expression is bound to an entity set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"
#include "server/query.hpp"

namespace cairn::server::sta {

struct Duration {
  std::int64_t ns = 0;
  bool operator==(const Duration&) const = default;
};
// shared: a literal is handed out once per entity that is tested.
using GeometryValue = std::shared_ptr<const geo::Geometry>;

// Nothing stands for null.
struct Value {
  std::variant<std::monostate, bool, double, std::string, Instant, Interval, Duration,
               GeometryValue>
      data;

  bool null() const { return std::holds_alternative<std::monostate>(data); }
  template <class T>
  const T* get() const {
    return std::get_if<T>(&data);
  }
};

enum class Op : std::uint8_t {
  or_,
  and_,
  not_,
  eq,
  ne,
  gt,
  ge,
  lt,
  le,
  add,
  sub,
  mul,
  div,
  mod,
  neg
};

struct Expr {
  enum class Kind : std::uint8_t { literal, path, call, op };
  Kind kind = Kind::literal;
  Op op = Op::eq;
  Value literal;
  std::string name;               // of a function, lower case
  std::vector<std::string> path;  // Datastream / ObservedProperty / name
  std::vector<Expr> args;
  std::size_t offset = 0;  // byte of the option's text
};

struct OrderBy {
  Expr by;
  bool descending = false;
};

struct Expand;
struct Options {
  std::optional<Expr> filter;
  std::vector<OrderBy> order_by;
  std::vector<std::string> select;
  std::vector<Expand> expand;
  std::optional<std::size_t> top;
  std::size_t skip = 0;
  bool count = false;
  bool data_array = false;
  QueryItems raw;  // as given, without $skip and $expand: what a link to the next page repeats
};
struct Expand {
  std::string name;
  Options options;
};
// "Datastreams($top=1;$expand=Sensor)": the items as the text of $expand.
std::string expand_text(const std::vector<Expand>& items);

inline constexpr int expression_depth_max = 200;
inline constexpr int expression_operators_max = 1'000;
inline constexpr int expand_depth_max = 8;

// The options of a request. The error's place is "query:$filter" and so on; its message names the
// byte at which reading stopped.
Result<Options> read_options(const QueryItems& items);

// One expression alone, as in $filter.
Result<Expr> read_expression(std::string_view text);

// "2017-01-01T00:00:00Z", "…+08:00" (a blank in place of the plus sign is understood, as it comes
// from URLs), "2017-01-01", or two of them with a slash.
std::optional<Value> read_time(std::string_view text);
// ISO 8601: "P1DT2H30M", "-PT0.5S".
std::optional<Duration> read_duration(std::string_view text);

}  // namespace cairn::server::sta
