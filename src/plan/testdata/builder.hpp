// SPDX-License-Identifier: Apache-2.0
// Plans for tests, written as a row is printed:
//
//   Claim c = row("bs4g", "万个").base(2020, "18.3").goal(2025, ">=19.6").change("1.6");
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "model/plan.hpp"
#include "plan/check.hpp"

namespace cairn::plan::testing {

// ">=19.60", "~100", "2–3" (with a plain hyphen), "初步建成".
inline model::Figure figure(std::string_view text) {
  model::Figure f;
  for (const std::string_view op : {">=", "<=", ">", "<", "~"}) {
    if (!text.starts_with(op)) continue;
    f.bound = *model::parse_bound(op);
    text.remove_prefix(op.size());
    break;
  }
  const std::size_t dash = text.find('-', 1);
  const auto value = parse_number(text.substr(0, dash));
  if (!value) {
    f.text = std::string(text);
    return f;
  }
  f.value = value;
  if (dash != std::string_view::npos) f.value_max = parse_number(text.substr(dash + 1));
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) f.decimals = static_cast<int>(text.size() - point - 1);
  return f;
}

inline model::Figure figure(int year, std::string_view text, std::string_view prices = {}) {
  model::Figure f = figure(text);
  f.year = year;
  f.price_base = std::string(prices);
  return f;
}

struct row {
  model::Claim claim;

  row(std::string_view id, std::string_view unit, std::string_view indicator = {}) {
    claim.id = std::string(id);
    claim.indicator = std::string(indicator.empty() ? id : indicator);
    claim.label = {claim.id, claim.id};
    claim.unit = std::string(unit);
    claim.region = "demo";
    claim.place = "table";
    claim.better = model::Better::higher;
  }
  row& base(int year, std::string_view text, std::string_view prices = {}) {
    claim.baseline = figure(year, text, prices);
    return *this;
  }
  row& goal(int year, std::string_view text, std::string_view prices = {}) {
    claim.target = figure(year, text, prices);
    return *this;
  }
  row& change(std::string_view text) {
    claim.change = {figure(text), model::ChangeKind::cumulative};
    return *this;
  }
  row& yearly(std::string_view text) {
    claim.change = {figure(text), model::ChangeKind::cagr};
    return *this;
  }
  row& better(model::Better b) {
    claim.better = b;
    return *this;
  }
  row& scope(std::string_view text) {
    claim.scope = {std::string(text), std::string(text)};
    return *this;
  }
  row& in(std::string_view region) {
    claim.region = std::string(region);
    return *this;
  }
};

inline model::Plan plan_of(std::vector<row> rows, std::vector<model::Relation> relations = {},
                           std::string_view id = "demo") {
  model::Plan plan;
  plan.id = std::string(id);
  plan.title = {plan.id, plan.id};
  plan.region = "demo";
  plan.first_year = 2021;
  plan.last_year = 2025;
  int line = 0;
  for (row& r : rows) {
    r.claim.quotes = {{plan.id, ++line, "line " + std::to_string(line)}};
    plan.claims.push_back(std::move(r.claim));
  }
  plan.relations = std::move(relations);
  return plan;
}

inline model::Relation ratio(std::string_view of, std::string_view over, std::string_view under) {
  model::Relation r;
  r.kind = model::RelationKind::ratio;
  r.of = std::string(of);
  r.numerator = std::string(over);
  r.denominator = std::string(under);
  return r;
}

inline model::Relation members(model::RelationKind kind, std::string_view whole,
                               std::vector<std::string> claims) {
  model::Relation r;
  r.kind = kind;
  r.of = std::string(whole);
  r.claims = std::move(claims);
  r.exclusive = r.claims.size() > 1;
  return r;
}

// "severity rule claim claim" a finding, in order.
inline std::vector<std::string> ids(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  std::transform(findings.begin(), findings.end(), std::back_inserter(out), finding_id);
  return out;
}

inline std::vector<Finding> findings(const std::vector<model::Plan>& plans,
                                     const model::RegionTree& regions = {}) {
  return check(plans, regions);
}

// The findings in one plan of these rows.
inline std::vector<std::string> check_rows(std::vector<row> rows,
                                           std::vector<model::Relation> relations = {}) {
  return ids(findings({plan_of(std::move(rows), std::move(relations))}));
}

}  // namespace cairn::plan::testing
