// SPDX-License-Identifier: Apache-2.0
// Small worlds for tests, written as lines of text:
//   region CODE LEVEL [PARENT] [from=DATE] [to=DATE] [successor=CODE]
//   zone ID CODE…
//   type NAME
//   prop NAME UNIT KIND [series] [counter] [every=1h] [max_age=3h] [period=year] [= FORMULA]
//   indicator NAME UNIT = FORMULA
//   given NAME UNIT sum|none
//   thing ID TYPE REGION [status=planned] [from=DATE] [to=DATE] [estimated] [PROPERTY=VALUE]…
//   obs THING PROPERTY TIME VALUE [estimated]      TIME: an instant with T, or a period
//   stat REGION PROPERTY PERIOD VALUE UNIT [estimated]
// Civil time is +08:00.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formula/formula.hpp"
#include "model/proposal.hpp"
#include "model/records.hpp"
#include "model/snapshot.hpp"

namespace cairn::formula::test {

class World {
 public:
  explicit World(std::string_view lines);

  // The records as they are now become the snapshot; done by the constructor, too.
  void rebuild();
  void overlay(const model::Proposal& proposal);

  Cell cell(std::string_view formula, std::string_view region, std::string_view as_of) const;
  // The value or, in braces, why there is none.
  std::string text(std::string_view formula, std::string_view region, std::string_view as_of) const;
  std::string unit(std::string_view formula) const;
  // The error of a formula that does not compile; "" when it does.
  std::string error(std::string_view formula) const;
  std::string row_error(std::string_view formula, std::string_view type) const;
  // The row formula of a thing's first version.
  Cell row(std::string_view formula, std::string_view type, std::string_view id,
           std::string_view as_of) const;
  Explanation explain(std::string_view formula, std::string_view region, std::string_view as_of,
                      std::size_t max_inputs = 200) const;

  model::RegionIndex region(std::string_view code) const;
  Instant as_of(std::string_view text) const;

  std::shared_ptr<model::Catalog> catalog = std::make_shared<model::Catalog>();
  std::shared_ptr<model::RegionTree> regions = std::make_shared<model::RegionTree>();
  model::Records records;
  model::Snapshot snapshot;
  Library library;
  Problems problems;  // of building the snapshot and the library
  Zone zone{8 * 3600};

 private:
  void read(const std::vector<std::string_view>& words, std::string_view line);
  void read_region(const std::vector<std::string_view>& words);
  void read_property(const std::vector<std::string_view>& words, std::string_view line);
  void read_thing(const std::vector<std::string_view>& words);
  void read_fact(const std::vector<std::string_view>& words);
  Instant date(std::string_view text) const;
};

}  // namespace cairn::formula::test
