// SPDX-License-Identifier: Apache-2.0
// The collections of OGC API Features: their features and how they describe themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/detail/json.hpp"
#include "watch/view.hpp"

namespace cairn::server::ogc {

inline constexpr const char* crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

struct Collection {
  std::string id;
  Label label;
  std::optional<std::size_t> type;  // index into the catalog; none: zones
};
std::vector<Collection> collections(const watch::View& view);
std::optional<Collection> find_collection(const watch::View& view, std::string_view id);

// One feature: a row of the type's table, or a zone's region index.
using Row = std::uint32_t;

// One version a thing: the one valid at the date, else the newest; with `during` the newest one
// whose validity meets it. In order of id.
std::vector<Row> rows_of(const watch::View& view, const Collection& collection,
                         const std::optional<Interval>& during);
std::string id_of(const watch::View& view, const Collection& collection, Row row);
geo::Geometry geometry_of(const watch::View& view, const Collection& collection, Row row);
// With its links; `self` is the collection's address.
Json feature_json(const watch::View& view, const Collection& collection, Row row,
                  const std::string& self);

Json collection_json(const watch::View& view, const Collection& collection,
                     const std::string& service);
// A JSON Schema of what filters and parameters may name.
Json queryables_json(const watch::View& view, const Collection& collection,
                     const std::string& self);

struct Queryable {
  std::string name;
  Label label;
  model::PropertyKind kind = model::PropertyKind::text;
  bool parameter = false;  // also a query parameter that asks for equality
};
std::vector<Queryable> queryables(const watch::View& view, const Collection& collection);

Json link(std::string href, const char* relation, const char* type, std::string title);

}  // namespace cairn::server::ogc
