// SPDX-License-Identifier: Apache-2.0
// Random trees, things and series: the evaluator against one that walks thing by thing and knows
// nothing of slots, chunks, caches and partials.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <random>

#include "core/exact_sum.hpp"
#include "core/text.hpp"
#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

using test::World;

struct Site {
  model::Thing thing;
  std::optional<double> power;
  std::optional<double> users;
  std::optional<bool> on;
  std::vector<model::Observation> observations;  // of `load`, in time order
};

// A random province: dated towns, sites with versions of life, yearly series.
class RandomWorld {
 public:
  explicit RandomWorld(unsigned seed) : random_(seed), world_(declarations()) {
    for (int i = 0; i < 400; ++i) add_site(i);
    for (const Site& site : sites_) {
      world_.records.things.push_back(site.thing);
      for (const auto& o : site.observations) world_.records.observations.push_back(o);
    }
    world_.rebuild();
  }

  World& world() { return world_; }
  const std::vector<Site>& sites() const { return sites_; }
  std::mt19937& random() { return random_; }
  int below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

 private:
  std::string declarations() {
    std::string lines = R"(
      type site
      prop power kW number
      prop users {person} number
      prop on 1 boolean
      prop load MW number series
      region 51 province
    )";
    std::string members;
    for (int p = 1; p <= 2; ++p) {
      lines += format("region 51{:02} prefecture 51\n", p);
      for (int c = 1; c <= 3; ++c) {
        lines += format("region 51{:02}{:02} county 51{:02}\n", p, c, p);
        if (c == p) members += format(" 51{:02}{:02}", p, c);
        for (int t = 1; t <= 3; ++t) {
          const std::string code = format("51{:02}{:02}{:03}", p, c, t);
          codes_.push_back(code);
          lines += format("region {} town {}", code, code.substr(0, 6));
          if (t == 2 && below(2) == 0) {
            lines += format(" to=2020-01-01 successor={}", code.substr(0, 8) + "1");
          }
          if (t == 3 && below(2) == 0) lines += " from=2019-07-01";
          lines += "\n";
        }
      }
    }
    return lines + "zone z" + members + "\n";
  }

  void add_site(int i) {
    Site site;
    model::Thing& thing = site.thing;
    thing.id = format("s{}", i);
    thing.type = "site";
    const std::string& town =
        codes_[static_cast<std::size_t>(below(static_cast<int>(codes_.size())))];
    thing.region = below(5) == 0 ? town.substr(0, 6) : town;
    thing.status = below(8) == 0 ? model::Life::retired : model::Life::live;
    thing.estimated = below(10) == 0;
    if (below(2) == 0) thing.valid.begin = year(2017 + below(5));
    if (below(3) == 0) thing.valid.end = year(2020 + below(4));
    if (thing.valid.end <= thing.valid.begin) thing.valid.end = Instant::max();
    if (below(4) != 0) site.power = (below(2001) - 1000) / 7.0;
    if (below(4) != 0) site.users = below(50);
    if (below(3) != 0) site.on = below(2) == 0;
    if (site.power) thing.properties.emplace_back("power", model::Value{*site.power});
    if (site.users) thing.properties.emplace_back("users", model::Value{*site.users});
    if (site.on) thing.properties.emplace_back("on", model::Value{*site.on});
    for (int y = 2017; y <= 2022; ++y) {
      if (below(3) == 0) continue;
      const Instant t = year(y);
      site.observations.push_back(
          {thing.id, "load", {t, t}, below(1000) / 9.0, below(9) == 0, "meter"});
    }
    sites_.push_back(std::move(site));
  }

  Instant year(int y) const { return start_of({y, 1, 1}, Zone{8 * 3600}); }

  std::mt19937 random_;
  std::vector<std::string> codes_;
  std::vector<Site> sites_;
  World world_;
};

using Number = std::optional<double>;
using Truth = std::optional<bool>;

struct Predicate {
  const char* text;
  std::function<Truth(const Site&, Instant)> of;
};
struct Measure {
  const char* text;
  std::function<Number(const Site&, Instant)> of;
};

Number last_load(const Site& site, Instant as_of) {
  Number value;
  for (const auto& o : site.observations) {
    if (o.time.end <= as_of) value = o.value;
  }
  return value;
}

Truth both(Truth a, Truth b) {
  if ((a && !*a) || (b && !*b)) return false;
  if (a && b) return true;
  return std::nullopt;
}

const std::vector<Predicate>& predicates() {
  static const std::vector<Predicate> all{
      {"", [](const Site&, Instant) { return Truth(true); }},
      {" where on", [](const Site& s, Instant) { return s.on; }},
      {" where power > 0",
       [](const Site& s, Instant) { return s.power ? Truth(*s.power > 0) : Truth(); }},
      {" where on and power * 2 <= 100",
       [](const Site& s, Instant) {
         return both(s.on, s.power ? Truth(*s.power * 2 <= 100) : Truth());
       }},
      {" where users is null or users in (1, 2, 3, 4, 5)",
       [](const Site& s, Instant) { return Truth(!s.users || (*s.users >= 1 && *s.users <= 5)); }},
      {" where load > 50",
       [](const Site& s, Instant t) {
         const Number load = last_load(s, t);
         return load ? Truth(*load > 50) : Truth();
       }},
  };
  return all;
}

const std::vector<Measure>& measures() {
  static const std::vector<Measure> all{
      {"power", [](const Site& s, Instant) { return s.power; }},
      {"load", last_load},
      {"power / users",
       [](const Site& s, Instant) {
         return s.power && s.users && *s.users != 0 ? Number(*s.power / *s.users) : Number();
       }},
      {"coalesce(power, 1)", [](const Site& s, Instant) { return Number(s.power.value_or(1)); }},
      {"max(load, 2y)",
       [](const Site& s, Instant t) {
         const Instant begin = minus(t, Span{0, 24}, Zone{8 * 3600});
         Number best;
         for (const auto& o : s.observations) {
           if (o.time.end > begin && o.time.end <= t) best = std::max(best.value_or(-1), o.value);
         }
         return best;
       }},
  };
  return all;
}

struct Expected {
  Number value;
  std::size_t reported = 0;
  std::size_t expected = 0;
};

bool inside(const World& w, const Site& site, model::RegionIndex region, Instant as_of) {
  const Instant moment = as_of - 1;
  const auto& valid = site.thing.valid;
  if (site.thing.status != model::Life::live) return false;
  if (!(valid.begin <= moment && moment < valid.end)) return false;
  const auto& tree = *w.regions;
  return tree.within(tree.resolve(tree.find(site.thing.region), moment), region);
}

Number aggregate_of(const std::string& kind, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  ExactSum sum;
  for (const double value : values) sum.add(value);
  const auto n = static_cast<double>(values.size());
  if (kind == "sum") return sum.value();
  if (kind == "avg") return sum.value() / n;
  if (kind == "min") return values.front();
  if (kind == "max") return values.back();
  const double rank = 0.5 * (n - 1);  // median
  const auto low = static_cast<std::size_t>(rank);
  return (values[low] + values[std::min(low + 1, values.size() - 1)]) / 2 * (rank != double(low)) +
         values[low] * (rank == double(low));
}

Expected brute(const World& w, const std::vector<Site>& sites, const std::string& kind,
               const Predicate& predicate, const Measure& measure, model::RegionIndex region,
               Instant as_of) {
  Expected out;
  std::vector<double> values;
  std::size_t yes = 0;
  for (const Site& site : sites) {
    if (!inside(w, site, region, as_of)) continue;
    const Truth truth = predicate.of(site, as_of);
    if (kind == "count") {
      ++out.expected;
      out.reported += truth.has_value();
      yes += truth.value_or(false);
      continue;
    }
    if (truth && !*truth) continue;
    ++out.expected;
    const Number value = truth ? measure.of(site, as_of) : Number();
    if (!value) continue;
    ++out.reported;
    values.push_back(*value);
  }
  if (kind == "count") {
    if (out.reported > 0 || out.expected == 0) out.value = static_cast<double>(yes);
  } else if (!values.empty()) {
    out.value = aggregate_of(kind, values);
  } else if (kind == "sum" && out.expected == 0) {
    out.value = 0;
  }
  return out;
}

void compare_all(RandomWorld& random, const std::string& kind, const Predicate& predicate,
                 const Measure& measure, std::string_view date) {
  const World& w = random.world();
  const std::string text = kind == "count"
                               ? format("count(site{})", predicate.text)
                               : format("{}({} of site{})", kind, measure.text, predicate.text);
  const auto formula = w.library.compile(text);
  ASSERT_TRUE(formula) << text << ": " << to_string(formula.error());
  std::vector<model::RegionIndex> regions;
  const Instant as_of = w.as_of(date);
  for (model::RegionIndex i = 0; i < w.regions->size(); ++i) {
    if ((*w.regions)[i].valid_at(as_of - 1)) regions.push_back(i);
  }
  std::shuffle(regions.begin(), regions.end(), random.random());
  Evaluator evaluator(w.library, w.snapshot);
  const Answer answer = evaluator.evaluate(*formula, {regions, as_of});
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const Expected want = brute(w, random.sites(), kind, predicate, measure, regions[i], as_of);
    const Cell& got = answer.cells[i];
    const std::string where =
        format("{} in {} as of {}", text, (*w.regions)[regions[i]].code, date);
    EXPECT_EQ(got.reported, want.reported) << where;
    EXPECT_EQ(got.expected, want.expected) << where;
    ASSERT_EQ(got.value.has_value(), want.value.has_value()) << where << ": " << got.reason;
    if (!got.value) continue;
    if (kind == "median") {
      // Beyond 64 values the sketch's relative error applies.
      EXPECT_NEAR(*got.value, *want.value, 0.0051 * std::fabs(*want.value) + 1e-2) << where;
    } else {
      EXPECT_EQ(*got.value, *want.value) << where;
    }
  }
}

TEST(BruteForce, AgreesOnRandomWorlds) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    RandomWorld random(seed);
    for (const Error& error : random.world().problems.errors) ADD_FAILURE() << to_string(error);
    for (const char* kind : {"count", "sum", "avg", "min", "max", "median"}) {
      for (const Predicate& predicate : predicates()) {
        const auto& measure = measures()[static_cast<std::size_t>(random.below(5))];
        for (const char* date : {"2016", "2019", "2019-06", "2020-06-15", "2024"}) {
          compare_all(random, kind, predicate, measure, date);
        }
      }
    }
  }
}

TEST(BruteForce, ShuffledRecordsGiveTheSameBits) {
  RandomWorld random(99);
  World& w = random.world();
  const char* formulas[] = {"sum(power of site)",
                            "avg(load of site where on)",
                            "stddev(power of site)",
                            "quantile(0.9, power of site)",
                            "sum(power of site) / sum(users of site)",
                            "sum(avg(load, 3y) of site)",
                            "share(site: power > 10)"};
  std::vector<model::RegionIndex> regions;
  for (const char* code : {"51", "5101", "5102", "510101", "510203", "z"}) {
    regions.push_back(w.region(code));
  }
  std::vector<std::vector<Cell>> first;
  for (int round = 0; round < 6; ++round) {
    Evaluator evaluator(w.library, w.snapshot);
    for (std::size_t i = 0; i < std::size(formulas); ++i) {
      const auto formula = w.library.compile(formulas[i]);
      ASSERT_TRUE(formula) << to_string(formula.error());
      const auto answer = evaluator.evaluate(*formula, {regions, w.as_of("2021")});
      if (round == 0) {
        first.push_back(answer.cells);
        continue;
      }
      for (std::size_t r = 0; r < regions.size(); ++r) {
        EXPECT_EQ(answer.cells[r], first[i][r]) << formulas[i];
        if (!answer.cells[r].value || !first[i][r].value) continue;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(*answer.cells[r].value),
                  std::bit_cast<std::uint64_t>(*first[i][r].value));
      }
    }
    std::shuffle(w.records.things.begin(), w.records.things.end(), random.random());
    std::shuffle(w.records.observations.begin(), w.records.observations.end(), random.random());
    w.rebuild();
  }
}

}  // namespace
}  // namespace cairn::formula
