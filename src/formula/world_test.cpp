// SPDX-License-Identifier: Apache-2.0
// The little language of test worlds (test_world.hpp).
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "formula/test_world.hpp"

namespace cairn::formula::test {
namespace {

std::string_view after(std::string_view word, std::string_view prefix) {
  return word.starts_with(prefix) ? word.substr(prefix.size()) : std::string_view();
}

std::string_view formula_of(std::string_view line) {
  const std::size_t at = line.find(" = ");
  return at == std::string_view::npos ? std::string_view() : trim(line.substr(at + 3));
}

}  // namespace

World::World(std::string_view lines) {
  for (const std::string_view line : split(lines, '\n')) {
    std::vector<std::string_view> words;
    for (const std::string_view word : split(trim(line), ' ')) {
      if (!word.empty()) words.push_back(word);
    }
    if (!words.empty()) read(words, trim(line));
  }
  library = Library::build(catalog, problems);
  rebuild();
}

void World::rebuild() {
  snapshot = model::build_snapshot({catalog, regions, zone}, records, problems);
}

void World::overlay(const model::Proposal& proposal) {
  auto result = model::overlay(snapshot, proposal);
  ASSERT_TRUE(result) << to_string(result.error());
  snapshot = std::move(*result);
}

void World::read(const std::vector<std::string_view>& words, std::string_view line) {
  const std::string_view what = words[0];
  if (what == "region") {
    read_region(words);
  } else if (what == "zone") {
    const std::vector<std::string> members(words.begin() + 2, words.end());
    const auto ok = regions->add_zone(std::string(words[1]), {}, members, "");
    EXPECT_TRUE(ok) << to_string(ok.error());
  } else if (what == "type") {
    model::TypeDef type;
    type.name = words[1];
    type.place = "types:" + type.name;
    catalog->types.push_back(std::move(type));
  } else if (what == "prop") {
    read_property(words, line);
  } else if (what == "indicator" || what == "given") {
    model::IndicatorDef indicator;
    indicator.id = words[1];
    indicator.unit = *parse_unit(words[2]);
    indicator.place = "pack.yaml:" + std::to_string(catalog->indicators.size() + 1);
    indicator.given = what == "given";
    indicator.formula = formula_of(line);
    if (words.size() > 3 && words[3] == "sum") indicator.rollup = model::Rollup::sum;
    catalog->indicators.push_back(std::move(indicator));
  } else if (what == "thing") {
    read_thing(words);
  } else {
    read_fact(words);
  }
}

Instant World::date(std::string_view text) const {
  const auto day = parse_date(text);
  EXPECT_TRUE(day) << text;
  return day ? start_of(*day, zone) : Instant{};
}

void World::read_region(const std::vector<std::string_view>& words) {
  model::Region region;
  region.code = words[1];
  region.level = *model::parse_level(words[2]);
  std::string_view parent;
  for (std::size_t i = 3; i < words.size(); ++i) {
    if (const auto from = after(words[i], "from="); !from.empty()) {
      region.valid.begin = date(from);
    } else if (const auto to = after(words[i], "to="); !to.empty()) {
      region.valid.end = date(to);
    } else if (const auto successor = after(words[i], "successor="); !successor.empty()) {
      region.successor = successor;
    } else {
      parent = words[i];
    }
  }
  const auto ok = regions->add(std::move(region), parent);
  EXPECT_TRUE(ok) << to_string(ok.error());
}

void World::read_property(const std::vector<std::string_view>& words, std::string_view line) {
  model::PropertyDef property;
  property.name = words[1];
  property.unit = *parse_unit(words[2]);
  property.kind = *model::parse_property_kind(words[3]);
  property.formula = formula_of(line);
  property.place = "types:" + property.name;
  for (std::size_t i = 4; i < words.size() && words[i] != "="; ++i) {
    if (words[i] == "series") property.series = true;
    if (words[i] == "counter") property.counter = true;
    if (const auto every = after(words[i], "every="); !every.empty()) {
      property.every = *parse_span(every);
    }
    if (const auto age = after(words[i], "max_age="); !age.empty()) {
      property.max_age = *parse_span(age);
    }
    if (const auto period = after(words[i], "period="); !period.empty()) {
      property.period = *parse_period_kind(period);
      property.series = true;
    }
  }
  catalog->types.back().properties.push_back(std::move(property));
}

void World::read_thing(const std::vector<std::string_view>& words) {
  model::Thing thing;
  thing.id = words[1];
  thing.type = words[2];
  thing.region = words[3];
  thing.source = "survey";
  for (std::size_t i = 4; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    const std::string_view key = words[i].substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : words[i].substr(equals + 1);
    if (key == "status") {
      thing.status = *model::parse_life(value);
    } else if (key == "from") {
      thing.valid.begin = date(value);
    } else if (key == "to") {
      thing.valid.end = date(value);
    } else if (key == "estimated") {
      thing.estimated = true;
    } else {
      thing.properties.emplace_back(key, model::Value{std::string(value)});
    }
  }
  records.things.push_back(std::move(thing));
}

void World::read_fact(const std::vector<std::string_view>& words) {
  const bool estimated = words.back() == "estimated";
  const bool instant = words[3].find('T') != std::string_view::npos;
  Interval time;
  if (instant) {
    time.begin = time.end = *parse_instant(words[3], zone);
  } else {
    time = *parse_period(words[3], zone);
  }
  const double value = *parse_number(words[4]);
  if (words[0] == "obs") {
    records.observations.push_back(
        {std::string(words[1]), std::string(words[2]), time, value, estimated, "meter"});
  } else {
    EXPECT_EQ(words[0], "stat");
    records.statistics.push_back({std::string(words[1]), std::string(words[2]), time, value,
                                  std::string(words[5]), estimated, "yearbook", ""});
  }
}

model::RegionIndex World::region(std::string_view code) const {
  const model::RegionIndex index = regions->find(code);
  EXPECT_NE(index, model::no_region) << code;
  return index;
}

Instant World::as_of(std::string_view text) const {
  const auto t = parse_as_of(text, zone);
  EXPECT_TRUE(t) << text;
  return t.value_or(Instant{});
}

Cell World::cell(std::string_view formula, std::string_view code, std::string_view when) const {
  const auto compiled = library.compile(formula);
  EXPECT_TRUE(compiled) << formula << "\n" << (compiled ? "" : to_string(compiled.error()));
  if (!compiled) return {};
  Evaluator evaluator(library, snapshot);
  return evaluator.evaluate(*compiled, {{region(code)}, as_of(when)}).cells[0];
}

std::string World::text(std::string_view formula, std::string_view code,
                        std::string_view when) const {
  const Cell result = cell(formula, code, when);
  return result.value ? number_text(*result.value) : "{" + result.reason + "}";
}

std::string World::unit(std::string_view formula) const {
  const auto compiled = library.compile(formula);
  return compiled ? compiled->unit.text : to_string(compiled.error());
}

std::string World::error(std::string_view formula) const {
  const auto compiled = library.compile(formula);
  return compiled ? "" : to_string(compiled.error());
}

std::string World::row_error(std::string_view formula, std::string_view type) const {
  const auto compiled = library.compile_row(formula, type);
  return compiled ? "" : to_string(compiled.error());
}

Cell World::row(std::string_view formula, std::string_view type, std::string_view id,
                std::string_view when) const {
  const auto compiled = library.compile_row(formula, type);
  EXPECT_TRUE(compiled) << formula << "\n" << (compiled ? "" : to_string(compiled.error()));
  if (!compiled) return {};
  const model::Table* table = snapshot.table(type);
  const auto at = table->rows_by_id.find(std::string(id));
  EXPECT_NE(at, table->rows_by_id.end()) << id;
  Evaluator evaluator(library, snapshot);
  return evaluator.row_value(*compiled, type, at->second, as_of(when));
}

Explanation World::explain(std::string_view formula, std::string_view code, std::string_view when,
                           std::size_t max_inputs) const {
  const auto compiled = library.compile(formula);
  EXPECT_TRUE(compiled) << formula;
  Evaluator evaluator(library, snapshot);
  return evaluator.explain(*compiled, region(code), as_of(when), max_inputs);
}

}  // namespace cairn::formula::test
