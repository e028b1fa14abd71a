// SPDX-License-Identifier: Apache-2.0
#include "synthetic.hpp"

#include <random>

#include "core/text.hpp"

namespace cairn::bench {
namespace {

constexpr Zone zone{8 * 3600};

model::PropertyDef property(std::string name, model::PropertyKind kind, const char* unit = "1") {
  model::PropertyDef def;
  def.name = std::move(name);
  def.kind = kind;
  def.unit = *parse_unit(unit);
  return def;
}

model::PropertyDef yearly(std::string name, const char* unit) {
  model::PropertyDef def = property(std::move(name), model::PropertyKind::number, unit);
  def.series = true;
  def.period = PeriodKind::year;
  return def;
}

std::shared_ptr<const model::Catalog> make_catalog() {
  using Kind = model::PropertyKind;
  auto catalog = std::make_shared<model::Catalog>();
  model::TypeDef county;
  county.name = "county";
  county.properties = {yearly("population", "{person}"), yearly("revenue", "元")};
  model::TypeDef village;
  village.name = "village";
  village.properties = {property("population", Kind::integer, "{person}"),
                        property("has_5g", Kind::boolean), property("has_fibre", Kind::boolean),
                        property("elevation", Kind::number, "m")};
  model::TypeDef site;
  site.name = "base_station";
  site.properties = {property("tech", Kind::text), property("operator", Kind::text),
                     property("height", Kind::number, "m"), property("power", Kind::number, "kW")};
  catalog->types = {county, village, site};
  return catalog;
}

class Maker {
 public:
  explicit Maker(const Size& size) : size_(size) {}

  Synthetic make() {
    out_.catalog = make_catalog();
    add_regions();
    add_villages();
    add_sites();
    add_statistics();
    Problems problems;
    out_.snapshot =
        model::build_snapshot({out_.catalog, out_.regions, zone}, out_.records, problems);
    return std::move(out_);
  }

 private:
  static std::string county(std::size_t i) {
    return format("99{:02}{:02}", 1 + i / 50, 1 + i % 50);
  }
  std::string village(std::size_t i) const {
    return format("{}{:06}", county(i % size_.counties), i / size_.counties);
  }

  void add(model::RegionTree& tree, std::string code, model::Level level,
           const std::string& parent) {
    model::Region region;
    region.code = std::move(code);
    region.level = level;
    region.name = {region.code, region.code};
    (void)tree.add(std::move(region), parent);
  }

  void add_regions() {
    auto tree = std::make_shared<model::RegionTree>();
    add(*tree, "99", model::Level::province, "");
    for (std::size_t i = 0; i < size_.counties; i += 50) {
      add(*tree, format("99{:02}", 1 + i / 50), model::Level::prefecture, "99");
    }
    for (std::size_t i = 0; i < size_.counties; ++i) {
      add(*tree, county(i), model::Level::county, county(i).substr(0, 4));
    }
    for (std::size_t i = 0; i < size_.villages; ++i) {
      add(*tree, village(i), model::Level::village, county(i % size_.counties));
    }
    out_.regions = std::move(tree);
  }

  void add_villages() {
    for (std::size_t i = 0; i < size_.villages; ++i) {
      model::Thing thing;
      thing.id = village(i);
      thing.type = "village";
      thing.region = thing.id;
      thing.properties = {{"population", model::Value{double(100 + random_() % 3000)}},
                          {"has_5g", model::Value{random_() % 10 < 6}},
                          {"has_fibre", model::Value{random_() % 100 < 97}},
                          {"elevation", model::Value{double(800 + random_() % 3500)}}};
      if (random_() % 50 == 0) thing.properties.pop_back();
      out_.records.things.push_back(std::move(thing));
    }
  }

  void add_sites() {
    static const char* techs[] = {"2g", "4g", "4g", "5g"};
    static const char* operators[] = {"a", "b", "c"};
    for (std::size_t i = 0; i < size_.sites; ++i) {
      model::Thing thing;
      thing.id = format("s{}", i);
      thing.type = "base_station";
      thing.region = village(random_() % size_.villages);
      const Date begin{static_cast<std::int32_t>(2010 + random_() % 12),
                       static_cast<std::uint8_t>(1 + random_() % 12), 1};
      thing.valid.begin = start_of(begin, zone);
      thing.properties = {{"tech", model::Value{std::string(techs[random_() % 4])}},
                          {"operator", model::Value{std::string(operators[random_() % 3])}},
                          {"height", model::Value{double(15 + random_() % 45)}},
                          {"power", model::Value{double(random_() % 4000) / 1000.0}}};
      out_.records.things.push_back(std::move(thing));
    }
  }

  void add_statistics() {
    for (std::size_t i = 0; i < size_.counties; ++i) {
      for (int year = 2020; year < 2020 + size_.years; ++year) {
        const Interval period = *parse_period(format("{}", year), zone);
        out_.records.statistics.push_back({county(i), "population", period,
                                           double(50'000 + random_() % 900'000), "{person}", false,
                                           "synthetic", ""});
        out_.records.statistics.push_back({county(i), "revenue", period,
                                           double(random_() % 100'000'000) / 100.0, "元", false,
                                           "synthetic", ""});
      }
    }
  }

  Size size_;
  std::mt19937_64 random_{20260101};
  Synthetic out_;
};

}  // namespace

Synthetic make_synthetic(const Size& size) {
  return Maker(size).make();
}

std::vector<Question> questions() {
  return {
      {"stations", "count(base_station)",
       "SELECT county, count(*) FROM site WHERE begin <= :t GROUP BY county"},
      {"5G stations", "count(base_station where tech = '5g')",
       "SELECT county, count(*) FROM site WHERE begin <= :t AND tech = '5g' GROUP BY county"},
      {"tall 4G of one operator",
       "count(base_station where tech = '4g' and operator = 'a' and height > 40)",
       "SELECT county, count(*) FROM site WHERE begin <= :t AND tech = '4g' AND operator = 'a' "
       "AND height > 40 GROUP BY county"},
      {"power", "sum(power of base_station)",
       "SELECT county, sum(power) FROM site WHERE begin <= :t GROUP BY county"},
      {"mean height", "avg(height of base_station where tech = '5g')",
       "SELECT county, avg(height) FROM site WHERE begin <= :t AND tech = '5g' GROUP BY county"},
      {"villages with 5G", "share(village: has_5g)",
       "SELECT county, avg(has_5g) FROM village GROUP BY county"},
      {"people with 5G", "sum(population of village where has_5g) / sum(population of village)",
       "SELECT county, total(population * has_5g) / total(population) FROM village "
       "GROUP BY county"},
      {"highest village with fibre", "max(elevation of village where has_fibre)",
       "SELECT county, max(elevation) FROM village WHERE has_fibre = 1 GROUP BY county"},
      {"population", "sum(population of county)",
       "SELECT county, population FROM statistic WHERE year = 2024"},
      {"revenue growth", "sum(revenue of county) / at(sum(revenue of county), 2020) - 1",
       "SELECT b.county, b.revenue / a.revenue - 1 FROM statistic a JOIN statistic b "
       "ON a.county = b.county WHERE a.year = 2020 AND b.year = 2024"},
      {"stations per ten thousand",
       "count(base_station where tech = '5g') / "
       "sum(population of county) * 10000",
       "SELECT s.county, count(*) * 10000.0 / t.population FROM site s JOIN statistic t "
       "ON t.county = s.county AND t.year = 2024 WHERE s.begin <= :t AND s.tech = '5g' "
       "GROUP BY s.county"},
  };
}

}  // namespace cairn::bench
