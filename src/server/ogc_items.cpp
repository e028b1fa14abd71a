// SPDX-License-Identifier: Apache-2.0
#include "server/detail/ogc_items.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "geo/predicates.hpp"
#include "geo/wkt.hpp"
#include "server/ogc.hpp"
#include "server/problem.hpp"

namespace cairn::server::ogc {
namespace {

constexpr const char* geojson_type = "application/geo+json";

struct Query {
  std::size_t limit = limit_default;
  std::size_t offset = 0;
  std::optional<geo::Geometry> box;
  std::optional<Interval> during;
  std::string filter;  // as given
  std::string equal;   // the property parameters as one CQL2 expression
};

std::string cql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// name=value as an expression; the complaint says what kind of value is wanted.
std::optional<std::string> equality(const Queryable& q, const std::string& value) {
  if (q.kind == model::PropertyKind::text) return format("{} = {}", q.name, cql_text(value));
  if (q.kind == model::PropertyKind::boolean) {
    if (value != "true" && value != "false") return std::nullopt;
    return value == "true" ? q.name : "NOT " + q.name;
  }
  const auto number = parse_number(value);
  if (!number) return std::nullopt;
  return format("{} = {}", q.name, number_text(*number));
}

void read_crs(Parameters& in, const char* name) {
  const auto crs = in.text(name);
  if (crs && *crs != crs84) in.complain(name, format("only {} is offered", crs84));
}

void read_space_and_time(Parameters& in, Query& out) {
  if (const auto text = in.text("bbox")) {
    auto box = read_bbox(*text);
    if (box) {
      out.box = std::move(*box);
    } else {
      in.complain("bbox", box.error().message);
    }
  }
  if (const auto text = in.text("datetime")) {
    const auto during = read_datetime(*text);
    if (during) {
      out.during = *during;
    } else {
      in.complain("datetime", during.error().message);
    }
  }
  read_crs(in, "bbox-crs");
  read_crs(in, "crs");
  read_crs(in, "filter-crs");
}

Query read_query(Parameters& in, const std::vector<Queryable>& names) {
  Query out;
  in.word("f", {"json"});
  // More than is given at once is no error: less comes.
  if (const auto limit = in.integer("limit", 1, INT64_MAX)) {
    out.limit = std::min(static_cast<std::size_t>(*limit), limit_max);
  }
  if (const auto offset = in.integer("offset", 0, INT64_MAX)) {
    out.offset = static_cast<std::size_t>(*offset);
  }
  read_space_and_time(in, out);
  in.word("filter-lang", {"cql2-text"});
  out.filter = in.text_or("filter", "");
  if (!out.filter.empty() && names.empty()) in.complain("filter", "these features have no filter");
  for (const Queryable& q : names) {
    if (!q.parameter) continue;
    const auto value = in.text(q.name);
    if (!value) continue;
    const auto term = equality(q, *value);
    if (!term) in.complain(q.name, format("'{}' is no value of {}", *value, q.name));
    out.equal += (out.equal.empty() ? "" : " AND ") + term.value_or("TRUE");
  }
  return out;
}

// The rows that the filter and the property parameters leave.
Status apply_filter(const watch::View& view, const Collection& collection, const Query& query,
                    std::vector<Row>& rows) {
  if (query.filter.empty() && query.equal.empty()) return {};
  if (!query.filter.empty()) {
    const auto alone = view.library.compile_row(query.filter, collection.id);
    if (!alone) {
      return fail(Code::invalid, alone.error().message, "query:filter:" + alone.error().place);
    }
    if (alone->type != formula::Type::boolean) {
      return fail(Code::invalid, "the filter must be true or false", "query:filter");
    }
  }
  std::string text = query.filter.empty() ? "" : "(" + query.filter + ") AND ";
  if (!query.equal.empty()) text += query.equal + " AND ";
  // Planned and retired things too: formulas leave them out unless the status is named.
  const auto compiled = view.library.compile_row(text + "status IS NOT NULL", collection.id);
  if (!compiled) return fail(Code::invalid, compiled.error().message, "query:filter");
  const Instant at =
      query.during && query.during->end != Instant::max() ? query.during->end : view.as_of;
  std::vector<Row> passed = view.evaluator.select(*compiled, collection.id, at);
  std::sort(passed.begin(), passed.end());
  std::erase_if(rows,
                [&](Row row) { return !std::binary_search(passed.begin(), passed.end(), row); });
  return {};
}

void apply_box(const watch::View& view, const Collection& collection, const geo::Geometry& box,
               std::vector<Row>& rows) {
  const geo::PreparedGeometry area(box);
  const geo::Box around = geo::bounds(box);
  std::erase_if(rows, [&](Row row) {
    const geo::Geometry geometry = geometry_of(view, collection, row);
    if (const auto* p = std::get_if<geo::Point>(&geometry.shape); p != nullptr) {
      if (!around.contains(*p)) return true;
    }
    return geometry.empty() || !area.test(geo::Relation::intersects, geometry).value_or(false);
  });
}

// The request's own parameters with another offset.
std::string page_link(const std::string& self, const Request& request, std::size_t offset) {
  std::string out = self + "/items";
  char separator = '?';
  for (const std::string_view part : split(request.query, '&')) {
    if (part.empty() || part.starts_with("offset=")) continue;
    out += separator;
    out += part;
    separator = '&';
  }
  if (offset > 0) out += format("{}offset={}", separator, offset);
  return out;
}

Json page_links(const std::string& self, const Request& request, const Query& query,
                std::size_t matched) {
  Json out =
      Json::array({link(page_link(self, request, query.offset), "self", geojson_type, "this page"),
                   link(self, "collection", "application/json", "the collection")});
  if (query.limit < matched && query.offset < matched - query.limit) {
    out.push_back(link(page_link(self, request, query.offset + query.limit), "next", geojson_type,
                       "the next page"));
  }
  if (query.offset > 0) {
    const std::size_t back = query.offset - std::min(query.offset, query.limit);
    out.push_back(link(page_link(self, request, back), "prev", geojson_type, "the page before"));
  }
  return out;
}

Response geojson_response(const Json& body) {
  Response out = json_response(body);
  out.type = geojson_type;
  out.headers.push_back({"Content-Crs", format("<{}>", crs84)});
  return out;
}

Result<Instant> read_end(std::string_view text, bool end) {
  const auto instant = parse_instant(text);
  if (!instant || text.size() < 10) {
    return fail(Code::invalid, format("'{}' is no RFC 3339 date or date-time", text));
  }
  return end && text.size() == 10 ? *instant + (ns_per_day - 1) : *instant;
}

}  // namespace

Result<Interval> read_datetime(std::string_view text) {
  std::string whole(text);
  // A plus sign that was not escaped arrives as a blank.
  for (char& c : whole) c = c == ' ' ? '+' : c;
  const std::string_view all = whole;
  const std::size_t slash = all.find('/');
  if (slash == std::string_view::npos) {
    const auto begin = read_end(all, false);
    const auto end = read_end(all, true);
    if (!begin) return fail(begin.error());
    return Interval{*begin, *end};
  }
  const std::string_view from = all.substr(0, slash);
  const std::string_view to = all.substr(slash + 1);
  Interval out{Instant::min(), Instant::max()};
  if (!from.empty() && from != "..") {
    const auto begin = read_end(from, false);
    if (!begin) return fail(begin.error());
    out.begin = *begin;
  }
  if (!to.empty() && to != "..") {
    const auto end = read_end(to, true);
    if (!end) return fail(end.error());
    out.end = *end;
  }
  if (out.end < out.begin) return fail(Code::invalid, "the interval ends before it begins");
  return out;
}

Result<geo::Geometry> read_bbox(std::string_view text) {
  std::vector<double> n;
  for (const std::string_view part : split(text, ',')) {
    const auto number = parse_number(trim(part));
    if (!number) return fail(Code::invalid, format("'{}' is no number", part));
    n.push_back(*number);
  }
  if (n.size() == 6) n = {n[0], n[1], n[3], n[4]};  // heights are not kept
  if (n.size() != 4) {
    return fail(Code::invalid, "a box is west,south,east,north, with heights six numbers");
  }
  const bool inside = std::fabs(n[0]) <= 180 && std::fabs(n[2]) <= 180 && std::fabs(n[1]) <= 90 &&
                      std::fabs(n[3]) <= 90;
  if (!inside) return fail(Code::invalid, "the box leaves the range of longitude and latitude");
  if (n[1] > n[3]) return fail(Code::invalid, "the south of the box is north of its north");
  return geo::box_geometry(n[0], n[1], n[2], n[3]);
}

std::vector<Complaint> only_format(const Request& request) {
  auto items = parse_query(request.query);
  if (!items) return {{items.error().place, items.error().message, std::nullopt, 1, {}}};
  Parameters in(std::move(*items));
  in.word("f", {"json"});
  return in.done();
}

Response items(const watch::View& view, const Collection& collection, const Request& request,
               const std::string& service, Instant now) {
  auto parameters = parse_query(request.query);
  if (!parameters) return problem(parameters.error());
  Parameters in(std::move(*parameters));
  const Query query = read_query(in, queryables(view, collection));
  if (auto complaints = in.done(); !complaints.empty()) return problem(std::move(complaints));
  std::vector<Row> rows = rows_of(view, collection, query.during);
  if (auto done = apply_filter(view, collection, query, rows); !done) return problem(done.error());
  if (query.box) apply_box(view, collection, *query.box, rows);
  const std::string self = service + "/collections/" + collection.id;
  Json features = Json::array();
  const std::size_t begin = std::min(query.offset, rows.size());
  const std::size_t end = begin + std::min(query.limit, rows.size() - begin);
  for (std::size_t i = begin; i < end; ++i) {
    features.push_back(feature_json(view, collection, rows[i], self));
  }
  return geojson_response({{"type", "FeatureCollection"},
                           {"links", page_links(self, request, query, rows.size())},
                           {"timeStamp", to_string(now)},
                           {"numberMatched", rows.size()},
                           {"numberReturned", end - begin},
                           {"features", std::move(features)}});
}

Response item(const watch::View& view, const Collection& collection, const std::string& id,
              const std::string& service) {
  const std::vector<Row> rows = rows_of(view, collection, std::nullopt);
  const auto at = std::find_if(rows.begin(), rows.end(),
                               [&](Row row) { return id_of(view, collection, row) == id; });
  if (at == rows.end()) {
    return problem(404, format("there is no {} with the identifier '{}'", collection.id, id));
  }
  const std::string self = service + "/collections/" + collection.id;
  Json feature = feature_json(view, collection, *at, self);
  feature["links"].push_back(link(self, "collection", "application/json", "the collection"));
  return geojson_response(feature);
}

}  // namespace cairn::server::ogc
