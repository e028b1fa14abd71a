// SPDX-License-Identifier: Apache-2.0
// How long do all indicators take, over Panxi and over a synthetic province? One thread. Answers
// are compared with SQLite's before any time is taken.
//   bench_evaluate [--small] [--root <folder>] [--rounds n]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "core/text.hpp"
#include "sqlite_peer.hpp"
#include "synthetic.hpp"
#include "watch/world.hpp"

namespace {

using namespace cairn;
using bench::Question;

template <class Run>
double median_ms(int rounds, Run run) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    times.push_back(took.count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

formula::Compiled compile(const formula::Library& library, const std::string& text) {
  auto compiled = library.compile(text);
  if (!compiled) {
    std::printf("%s: %s\n", text.c_str(), to_string(compiled.error()).c_str());
    std::exit(1);
  }
  return *compiled;
}

// Largest relative difference between both answers; infinite when a county is missing.
double difference(const formula::Answer& ours, const std::map<std::string, double>& theirs,
                  const model::RegionTree& regions,
                  const std::vector<model::RegionIndex>& counties) {
  double worst = 0;
  for (std::size_t i = 0; i < counties.size(); ++i) {
    const auto at = theirs.find(regions[counties[i]].code);
    const double mine = ours.cells[i].value.value_or(0);
    const double other = at == theirs.end() ? 0 : at->second;
    worst = std::max(worst, std::fabs(mine - other) / std::max(1e-300, std::fabs(other)));
  }
  return worst;
}

int province(const bench::Size& size, int rounds) {
  const bench::Synthetic data = bench::make_synthetic(size);
  auto peer = bench::SqlitePeer::load(data);
  if (!peer) {
    std::printf("%s\n", to_string(peer.error()).c_str());
    return 1;
  }
  Problems problems;
  const auto library = formula::Library::build(data.catalog, problems);
  const Instant as_of = *parse_as_of("2024", Zone{8 * 3600});
  const auto& regions = *data.regions;
  const auto counties = regions.at_level(regions.find("99"), model::Level::county, as_of);
  const formula::Request request{counties, as_of};
  std::printf("synthetic province: %zu counties, %zu villages, %zu sites, %d years; by county\n",
              size.counties, size.villages, size.sites, size.years);
  std::printf("%-30s %12s %12s %8s %12s\n", "question", "Cairn ms", "SQLite ms", "ratio",
              "difference");
  double total_ours = 0;
  double total_theirs = 0;
  for (const Question& question : bench::questions()) {
    const auto compiled = compile(library, question.formula);
    formula::Evaluator first(library, data.snapshot);
    const auto answer = first.evaluate(compiled, request);
    const auto rows = peer->ask(question.sql, as_of);
    if (!rows) {
      std::printf("%s: %s\n", question.name.c_str(), to_string(rows.error()).c_str());
      return 1;
    }
    const double apart = difference(answer, *rows, regions, counties);
    if (apart > 1e-12) {
      std::printf("%s: the answers differ by %g\n", question.name.c_str(), apart);
      return 1;
    }
    const double ours = median_ms(rounds, [&] {
      formula::Evaluator evaluator(library, data.snapshot);
      evaluator.evaluate(compiled, request);
    });
    const double theirs = median_ms(rounds, [&] { (void)peer->ask(question.sql, as_of); });
    total_ours += ours;
    total_theirs += theirs;
    std::printf("%-30s %12.2f %12.2f %8.1f %12.1e\n", question.name.c_str(), ours, theirs,
                theirs / ours, apart);
  }
  std::printf("%-30s %12.2f %12.2f %8.1f\n\n", "all", total_ours, total_theirs,
              total_theirs / total_ours);
  return 0;
}

int panxi(const std::string& root, int rounds) {
  const auto files = system_files();
  const auto start = std::chrono::steady_clock::now();
  const auto world = watch::load_world(*files, {root, "panxi"}, {});
  if (!world) {
    std::printf("%s\n", to_string(world.error()).c_str());
    return 1;
  }
  const std::chrono::duration<double> load = std::chrono::steady_clock::now() - start;
  const auto& w = **world;
  const auto& regions = *w.workspace.regions;
  const auto home = regions.find(w.workspace.home);
  const Instant as_of = *parse_as_of("2020", w.workspace.zone);
  std::vector<model::RegionIndex> targets = regions.at_level(home, model::Level::county, as_of);
  targets.push_back(home);
  std::size_t asked = 0;
  const double all = median_ms(rounds, [&] {
    formula::Evaluator evaluator(w.library, w.snapshot);
    asked = 0;
    for (const auto& indicator : w.snapshot.catalog->indicators) {
      if (w.library.indicator(indicator.id) == nullptr && !indicator.given) continue;
      (void)evaluator.indicator(indicator.id, {targets, as_of});
      ++asked;
    }
  });
  std::printf("Panxi: %zu indicators x %zu regions, one thread: %.2f ms (loading %.2f s)\n", asked,
              targets.size(), all, load.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bench::Size size;
  std::string root = ".";
  int rounds = 9;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--small") == 0) {
      size = {20, 2'000, 10'000, 5};
      rounds = 1;
    }
    if (std::strcmp(argv[i], "--root") == 0 && i + 1 < argc) root = argv[++i];
    if (std::strcmp(argv[i], "--rounds") == 0 && i + 1 < argc) rounds = std::atoi(argv[++i]);
  }
  const int failed = province(size, rounds);
  return failed != 0 ? failed : panxi(root, rounds);
}
