// SPDX-License-Identifier: Apache-2.0
// Any text: compiling answers with a program or an error with its place; a program gives finite
// values or a reason, and the same ones again.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>

#include "formula/formula.hpp"

namespace {

using namespace cairn;

struct Fixture {
  std::shared_ptr<model::Catalog> catalog = std::make_shared<model::Catalog>();
  std::shared_ptr<model::RegionTree> regions = std::make_shared<model::RegionTree>();
  model::Records records;
  model::Snapshot snapshot;
  formula::Library library;
  Problems problems;

  Fixture() {
    declare();
    fill();
    library = formula::Library::build(catalog, problems);
    snapshot = model::build_snapshot({catalog, regions, Zone{}}, records, problems);
    if (!problems.ok()) std::abort();
  }

  void property(const char* name, const char* unit, model::PropertyKind kind, bool series) {
    model::PropertyDef def;
    def.name = name;
    def.unit = *parse_unit(unit);
    def.kind = kind;
    def.series = series;
    catalog->types.back().properties.push_back(def);
  }

  void indicator(const char* id, const char* unit, const char* text) {
    model::IndicatorDef def;
    def.id = id;
    def.unit = *parse_unit(unit);
    def.formula = text;
    def.given = def.formula.empty();
    def.rollup = model::Rollup::sum;
    catalog->indicators.push_back(def);
  }

  void declare() {
    catalog->types.emplace_back().name = "site";
    property("n", "1", model::PropertyKind::number, false);
    property("kw", "kW", model::PropertyKind::number, false);
    property("dbm", "dBm", model::PropertyKind::number, false);
    property("cel", "Cel", model::PropertyKind::number, true);
    property("meter", "kW.h", model::PropertyKind::number, true);
    property("on", "1", model::PropertyKind::boolean, false);
    property("tech", "1", model::PropertyKind::text, false);
    property("day", "1", model::PropertyKind::date, false);
    catalog->types.back().properties[4].counter = true;
    indicator("sites", "1", "count(site)");
    indicator("gdp", "亿元", "");
  }

  void fill() {
    for (const auto& [code, level, parent] : {std::tuple{"51", model::Level::province, ""},
                                              std::tuple{"5101", model::Level::prefecture, "51"},
                                              std::tuple{"510101", model::Level::county, "5101"}}) {
      model::Region region;
      region.code = code;
      region.level = level;
      if (!regions->add(region, parent)) std::abort();
    }
    for (int i = 0; i < 20; ++i) {
      model::Thing thing;
      thing.id = std::to_string(i);
      thing.type = "site";
      thing.region = i % 3 == 0 ? "5101" : "510101";
      thing.position = geo::Point{101.0 + i, 26.0};
      if (i % 4 != 0) thing.properties.emplace_back("n", model::Value{i - 5.0});
      if (i % 5 != 0) thing.properties.emplace_back("kw", model::Value{i * 1e300});
      thing.properties.emplace_back("dbm", model::Value{-80.0 - i});
      thing.properties.emplace_back("tech", model::Value{std::string(i % 2 == 0 ? "4g" : "5g")});
      if (i % 3 != 0) thing.properties.emplace_back("on", model::Value{i % 2 == 0});
      thing.properties.emplace_back("day", model::Value{Date{2010 + i, 1, 1}});
      records.things.push_back(thing);
      const Instant t{(i + 18'000) * ns_per_day};
      for (const char* name : {"cel", "meter"}) {
        records.observations.push_back({thing.id, name, {t, t}, i * 7.0, false, ""});
        records.observations.push_back({thing.id, name, {t + 9, t + 9}, i * 5.0, true, ""});
      }
    }
    records.statistics.push_back({"5101", "gdp", {{}, {1}}, 5, "亿元", false, "", ""});
  }
};

void check(const formula::Cell& cell) {
  if (cell.value && !std::isfinite(*cell.value)) std::abort();
  const bool has_value = cell.value || !cell.other.missing();
  if (has_value == !cell.reason.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture fixture;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Instant as_of{19'000 * ns_per_day};
  formula::Evaluator evaluator(fixture.library, fixture.snapshot);
  const auto region_formula = fixture.library.compile(text);
  if (region_formula) {
    const formula::Request request{{0, 1, 2}, as_of};
    const auto answer = evaluator.evaluate(*region_formula, request);
    for (const formula::Cell& cell : answer.cells) check(cell);
    formula::Evaluator again(fixture.library, fixture.snapshot);
    if (again.evaluate(*region_formula, request).cells != answer.cells) std::abort();
    evaluator.explain(*region_formula, 1, as_of, 3);
  } else if (region_formula.error().message.empty() || region_formula.error().place.empty()) {
    std::abort();
  }
  const auto row_formula = fixture.library.compile_row(text, "site");
  if (!row_formula) return 0;
  evaluator.select(*row_formula, "site", as_of);
  std::vector<std::uint32_t> rows(fixture.snapshot.table("site")->size());
  std::iota(rows.begin(), rows.end(), 0u);
  const auto numbers = evaluator.row_numbers(*row_formula, "site", rows, as_of);
  for (const std::uint32_t row : rows) {
    const formula::Cell cell = evaluator.row_value(*row_formula, "site", row, as_of);
    check(cell);
    if (cell.value != numbers[row]) std::abort();
  }
  return 0;
}
