// SPDX-License-Identifier: Apache-2.0
#include "server/sta_functions.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "geo/predicates.hpp"

namespace cairn::server::sta {
namespace {

const std::string* text(const Value& v) {
  return v.get<std::string>();
}
const geo::Geometry* geometry(const Value& v) {
  const auto* g = v.get<GeometryValue>();
  return g == nullptr ? nullptr : g->get();
}
std::optional<Instant> instant(const Value& v) {
  if (const auto* t = v.get<Instant>()) return *t;
  if (const auto* i = v.get<Interval>()) return i->begin;
  if (const auto* s = text(v)) {
    if (const auto read = read_time(*s); read && read->get<Instant>() != nullptr) {
      return *read->get<Instant>();
    }
  }
  return std::nullopt;
}

// Offsets and lengths of texts count code points.
std::size_t code_points(std::string_view s) {
  return static_cast<std::size_t>(
      std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
std::size_t byte_of(std::string_view s, double points) {
  std::size_t at = 0;
  for (double n = 0; n < points && at < s.size(); ++n) next_code_point(s, at);
  return at;
}

template <class Test>
Value two_texts(const Value* a, Test test) {
  const auto* s = text(a[0]);
  const auto* t = text(a[1]);
  if (s == nullptr || t == nullptr) return {};
  return {test(*s, *t)};
}
template <class Map>
Value one_text(const Value* a, Map map) {
  const auto* s = text(a[0]);
  if (s == nullptr) return {};
  return {map(*s)};
}
template <class Map>
Value one_number(const Value* a, Map map) {
  const auto* d = a[0].get<double>();
  if (d == nullptr) return {};
  return {map(*d)};
}

std::string upper_ascii(std::string s) {
  for (char& c : s) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return s;
}

Value substring(const Value* a, std::size_t count, Instant) {
  const auto* s = text(a[0]);
  const auto* from = a[1].get<double>();
  const double* length = count > 2 ? a[2].get<double>() : nullptr;
  if (s == nullptr || from == nullptr || (count > 2 && length == nullptr)) return {};
  const std::size_t begin = byte_of(*s, *from);
  const std::string rest = s->substr(begin);
  return {length == nullptr ? rest : rest.substr(0, byte_of(rest, *length))};
}

Value index_of(const Value* a, std::size_t, Instant) {
  return two_texts(a, [](const std::string& s, const std::string& t) {
    const std::size_t at = s.find(t);
    if (at == std::string::npos) return -1.0;
    return static_cast<double>(code_points(std::string_view(s).substr(0, at)));
  });
}

// What a clock on the wall in UTC shows.
template <class Part>
Value part_of(const Value* a, Part part) {
  const auto t = instant(a[0]);
  if (!t) return {};
  const Date date = date_of(*t, {});
  const std::int64_t in_day = t->ns - start_of(date, {}).ns;
  return {static_cast<double>(part(date, in_day))};
}

Value date_only(const Value* a, std::size_t, Instant) {
  const auto t = instant(a[0]);
  if (!t) return {};
  return {to_string(date_of(*t, {}))};
}
Value time_only(const Value* a, std::size_t, Instant) {
  const auto t = instant(a[0]);
  if (!t) return {};
  return {to_string(*t).substr(11)};
}

template <class Test>
Value two_geometries(const Value* a, Test test) {
  const auto* g = geometry(a[0]);
  const auto* h = geometry(a[1]);
  if (g == nullptr || h == nullptr) return {};
  const auto answer = test(*g, *h);
  if (!answer) return {};
  return {*answer};
}
template <geo::Relation relation>
Value related(const Value* a, std::size_t, Instant) {
  return two_geometries(a, [](const geo::Geometry& g, const geo::Geometry& h) {
    return geo::relate(relation, g, h);
  });
}
Value st_relate(const Value* a, std::size_t, Instant) {
  const auto* pattern = text(a[2]);
  if (pattern == nullptr) return {};
  return two_geometries(a, [&](const geo::Geometry& g, const geo::Geometry& h) {
    return geo::relate_pattern(g, h, *pattern);
  });
}

double line_length(const geo::Line& line) {
  double out = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    out += std::hypot(line[i].x - line[i - 1].x, line[i].y - line[i - 1].y);
  }
  return out;
}
// In degrees, as the distances are: the coordinates' own plane.
Value length_of(const Value* a, std::size_t, Instant) {
  const auto* g = geometry(a[0]);
  if (g == nullptr) return {};
  double out = 0;
  if (const auto* line = std::get_if<geo::Line>(&g->shape)) out = line_length(*line);
  if (const auto* lines = std::get_if<geo::MultiLine>(&g->shape)) {
    for (const geo::Line& line : lines->lines) out += line_length(line);
  }
  return {out};
}

using V = const Value*;
using N = std::size_t;

constexpr std::array text_functions{
    Function{"substringof", 2, 2,
             [](V a, N, Instant) {
               return two_texts(
                   a, [](const auto& s, const auto& t) { return t.find(s) != std::string::npos; });
             }},
    Function{"contains", 2, 2,
             [](V a, N, Instant) {
               return two_texts(
                   a, [](const auto& s, const auto& t) { return s.find(t) != std::string::npos; });
             }},
    Function{"startswith", 2, 2,
             [](V a, N, Instant) {
               return two_texts(a, [](const auto& s, const auto& t) { return s.starts_with(t); });
             }},
    Function{"endswith", 2, 2,
             [](V a, N, Instant) {
               return two_texts(a, [](const auto& s, const auto& t) { return s.ends_with(t); });
             }},
    Function{"length", 1, 1,
             [](V a, N, Instant) {
               return one_text(a,
                               [](const auto& s) { return static_cast<double>(code_points(s)); });
             }},
    Function{"indexof", 2, 2, index_of},
    Function{"substring", 2, 3, substring},
    Function{
        "tolower", 1, 1,
        [](V a, N, Instant) { return one_text(a, [](const auto& s) { return lower_ascii(s); }); }},
    Function{
        "toupper", 1, 1,
        [](V a, N, Instant) { return one_text(a, [](const auto& s) { return upper_ascii(s); }); }},
    Function{"trim", 1, 1,
             [](V a, N, Instant) {
               return one_text(a, [](const auto& s) { return std::string(trim(s)); });
             }},
    Function{"concat", 2, 2, [](V a, N, Instant) {
               return two_texts(a, [](const auto& s, const auto& t) { return s + t; });
             }}};

constexpr std::array time_functions{
    Function{
        "year", 1, 1,
        [](V a, N, Instant) { return part_of(a, [](Date d, std::int64_t) { return d.year; }); }},
    Function{
        "month", 1, 1,
        [](V a, N, Instant) { return part_of(a, [](Date d, std::int64_t) { return d.month; }); }},
    Function{
        "day", 1, 1,
        [](V a, N, Instant) { return part_of(a, [](Date d, std::int64_t) { return d.day; }); }},
    Function{"hour", 1, 1,
             [](V a, N, Instant) {
               return part_of(a, [](Date, std::int64_t ns) { return ns / (3600 * ns_per_second); });
             }},
    Function{"minute", 1, 1,
             [](V a, N, Instant) {
               return part_of(a,
                              [](Date, std::int64_t ns) { return ns / (60 * ns_per_second) % 60; });
             }},
    Function{"second", 1, 1,
             [](V a, N, Instant) {
               return part_of(a, [](Date, std::int64_t ns) { return ns / ns_per_second % 60; });
             }},
    Function{"fractionalseconds", 1, 1,
             [](V a, N, Instant) {
               return part_of(a, [](Date, std::int64_t ns) {
                 return static_cast<double>(ns % ns_per_second) / 1e9;
               });
             }},
    Function{"date", 1, 1, date_only}, Function{"time", 1, 1, time_only},
    // Times are kept and shown in UTC.
    Function{"totaloffsetminutes", 1, 1,
             [](V a, N, Instant) { return part_of(a, [](Date, std::int64_t) { return 0; }); }},
    Function{"now", 0, 0, [](V, N, Instant now) { return Value{now}; }},
    Function{"mindatetime", 0, 0, [](V, N, Instant) { return Value{Instant::min()}; }},
    Function{"maxdatetime", 0, 0, [](V, N, Instant) { return Value{Instant::max()}; }}};

constexpr std::array number_functions{
    // Halves away from zero, as OData has it.
    Function{"round", 1, 1,
             [](V a, N, Instant) { return one_number(a, [](double d) { return std::round(d); }); }},
    Function{"floor", 1, 1,
             [](V a, N, Instant) { return one_number(a, [](double d) { return std::floor(d); }); }},
    Function{"ceiling", 1, 1,
             [](V a, N, Instant) { return one_number(a, [](double d) { return std::ceil(d); }); }}};

constexpr std::array space_functions{
    Function{"geo.distance", 2, 2,
             [](V a, N, Instant) {
               return two_geometries(
                   a, [](const auto& g, const auto& h) { return geo::distance_planar(g, h); });
             }},
    Function{"geo.length", 1, 1, length_of},
    Function{"geo.intersects", 2, 2, related<geo::Relation::intersects>},
    Function{"st_equals", 2, 2, related<geo::Relation::equals>},
    Function{"st_disjoint", 2, 2, related<geo::Relation::disjoint>},
    Function{"st_touches", 2, 2, related<geo::Relation::touches>},
    Function{"st_within", 2, 2, related<geo::Relation::within>},
    Function{"st_overlaps", 2, 2, related<geo::Relation::overlaps>},
    Function{"st_crosses", 2, 2, related<geo::Relation::crosses>},
    Function{"st_intersects", 2, 2, related<geo::Relation::intersects>},
    Function{"st_contains", 2, 2, related<geo::Relation::contains>},
    Function{"st_relate", 3, 3, st_relate}};

template <class Visit>
void for_all(Visit visit) {
  for (const Function& f : text_functions) visit(f);
  for (const Function& f : time_functions) visit(f);
  for (const Function& f : number_functions) visit(f);
  for (const Function& f : space_functions) visit(f);
}

}  // namespace

const Function* find_function(std::string_view name) {
  const Function* out = nullptr;
  for_all([&](const Function& f) {
    if (f.name == name) out = &f;
  });
  return out;
}

std::vector<std::string> function_names() {
  std::vector<std::string> out;
  for_all([&](const Function& f) { out.emplace_back(f.name); });
  return out;
}

}  // namespace cairn::server::sta
