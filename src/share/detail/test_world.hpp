// SPDX-License-Identifier: Apache-2.0
// A small world for tests of imports: three counties as squares, one village, two estimated sites.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "model/snapshot.hpp"
#include "share/import.hpp"

namespace cairn::share::detail {

class TestWorld {
 public:
  TestWorld() {
    add_regions();
    add_types();
    model::Records records;
    for (const std::string id : {"e1", "e2"}) {
      model::Thing site;
      site.id = id;
      site.type = "base_station";
      site.region = id == "e1" ? "513401001001" : "513402";
      site.position = geo::Point{102.5, id == "e1" ? 27.5 : 26.5};
      site.estimated = true;
      records.things.push_back(site);
    }
    snapshot_ = model::build_snapshot({catalog_, regions_, Zone{8 * 3600}}, records, problems_);
  }

  ImportContext context() const { return {snapshot_, boundaries_}; }
  const model::Snapshot& snapshot() const { return snapshot_; }

  Result<Preview> things(std::string_view text, std::string type = {}) const {
    return prepare({.name = "f.csv", .bytes = text, .type = std::move(type)}, context());
  }
  Result<Preview> statistics(std::string_view text) const {
    return prepare({.kind = ImportKind::statistics, .name = "f.csv", .bytes = text}, context());
  }
  Result<Preview> observations(std::string_view text, std::string thing = {}) const {
    return prepare({.kind = ImportKind::observations,
                    .name = "f.csv",
                    .bytes = text,
                    .thing = std::move(thing)},
                   context());
  }

 private:
  void add_region(std::string code, Label name, model::Level level, std::string_view parent,
                  std::string alias = {}) {
    model::Region region;
    region.code = std::move(code);
    region.name = std::move(name);
    region.level = level;
    if (!alias.empty()) region.aliases.push_back(std::move(alias));
    if (level == model::Level::village) {
      region.position = geo::Point{102.4, 27.4};
      region.estimated = true;
    }
    (void)regions_->add(std::move(region), parent);
  }

  void add_square(const std::string& code, double x, double y, double size) {
    geo::Polygon square;
    square.rings.push_back({{x, y}, {x + size, y}, {x + size, y + size}, {x, y + size}, {x, y}});
    boundaries_[regions_->find(code)] = geo::Geometry{square};
  }

  void add_regions() {
    using model::Level;
    add_region("51", {"四川省", "Sichuan"}, Level::province, "");
    add_region("5134", {"凉山彝族自治州", "Liangshan"}, Level::prefecture, "51");
    add_region("513401", {"西昌市", "Xichang"}, Level::county, "5134");
    add_region("513402", {"会理市", "Huili"}, Level::county, "5134", "513425");
    add_region("513401001", {"北城", "Beicheng"}, Level::town, "513401");
    add_region("513401001001", {"一村", "First Village"}, Level::village, "513401001");
    // Far west, so that exchanged degrees are still degrees.
    add_region("65", {"新疆", "Xinjiang"}, Level::province, "");
    add_region("6540", {"伊犁", "Ili"}, Level::prefecture, "65");
    add_region("654002", {"伊宁市", "Yining"}, Level::county, "6540");
    add_square("513401", 102, 27, 1);
    add_square("513402", 102, 26, 1);
    add_square("654002", 81, 43, 1);
  }

  model::PropertyDef property(std::string name, Label label, std::string_view unit,
                              model::PropertyKind kind, bool series = false) const {
    model::PropertyDef out;
    out.name = std::move(name);
    out.label = std::move(label);
    out.unit = *parse_unit(unit);
    out.kind = kind;
    out.series = series;
    return out;
  }

  void add_types() {
    using model::PropertyKind;
    model::TypeDef county{"county", {"县", "County"}, "base", {}, ""};
    county.properties = {property("population", {"常住人口", "Population"}, "{person}",
                                  PropertyKind::integer, true)};
    county.properties[0].period = PeriodKind::year;
    model::TypeDef village{"village", {"村级单元", "Village"}, "base", {}, ""};
    village.properties = {property("population", {"人口（估计）", "People (estimated)"}, "{person}",
                                   PropertyKind::integer),
                          property("has_5g", {"通5G", "Has 5G"}, "1", PropertyKind::boolean)};
    model::TypeDef site{"base_station", {"移动通信基站", "Base station"}, "base", {}, ""};
    site.properties = {
        property("height_m", {"挂高", "Antenna height"}, "m", PropertyKind::number),
        property("tech", {"制式", "Technology"}, "1", PropertyKind::text),
        property("since", {"入网日期", "Since"}, "1", PropertyKind::date),
        property("sectors", {"扇区数", "Sectors"}, "1", PropertyKind::integer),
        property("power", {"功率", "Power"}, "W", PropertyKind::number, true),
        property("alarm", {"告警", "Alarm"}, "1", PropertyKind::boolean, true),
        property("pm25", {"细颗粒物", "PM2.5"}, "ug/m3", PropertyKind::number, true)};
    catalog_->types = {county, village, site};
    model::IndicatorDef revenue;
    revenue.id = "telecom_revenue";
    revenue.label = {"电信业务收入", "Telecom revenue"};
    revenue.unit = *parse_unit("亿元");
    revenue.given = true;
    catalog_->indicators = {revenue};
  }

  std::shared_ptr<model::Catalog> catalog_ = std::make_shared<model::Catalog>();
  std::shared_ptr<model::RegionTree> regions_ = std::make_shared<model::RegionTree>();
  std::unordered_map<model::RegionIndex, geo::Geometry> boundaries_;
  Problems problems_;
  model::Snapshot snapshot_;
};

}  // namespace cairn::share::detail
