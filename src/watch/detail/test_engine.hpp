// SPDX-License-Identifier: Apache-2.0
// For tests of the whole engine: a small world of gauges, a journal in memory that outlives its
// engine as a file would, and an engine over a simulated disk that is stepped by hand.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/simulated_files.hpp"
#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/pack_load.hpp"
#include "watch/engine.hpp"

namespace cairn::watch::detail {

// What a journal has on disk.
struct JournalDisk {
  std::map<std::string, model::Alert> alerts;
  std::map<std::uint64_t, std::string> changes;  // id by the number of its newest change
  std::uint64_t newest = 0;                      // of these numbers
  std::map<std::uint64_t, model::Rejected> rejected;
  std::map<std::tuple<std::int64_t, std::string, std::string, int>, store::Published> published;
  std::function<bool()> fails = {};  // asked at each put
};

class MemoryJournal : public store::Journal {
 public:
  explicit MemoryJournal(JournalDisk& disk) : disk_(disk) {}

  Status put(const store::JournalBatch& batch) override {
    if (disk_.fails && disk_.fails()) return fail(Code::io, "the journal's disk is full");
    for (const model::Alert& alert : batch.alerts) {
      const auto [at, fresh] = disk_.alerts.try_emplace(alert.id, alert);
      const auto order = [](const model::Alert& a) { return std::tuple(a.position, a.revision); };
      if (!fresh && (order(alert) < order(at->second) || alert == at->second)) continue;
      at->second = alert;
      number(alert.id);
    }
    for (const model::Rejected& one : batch.rejected) disk_.rejected[one.number] = one;
    for (const store::Published& one : batch.published) {
      disk_.published[{one.as_of.ns, one.indicator, one.region, one.revision}] = one;
    }
    return {};
  }
  Result<std::vector<model::Alert>> alerts(const store::JournalQuery& query) const override {
    std::vector<model::Alert> out;
    for (const auto& [id, alert] : disk_.alerts) {
      if (!query.rule.empty() && alert.rule != query.rule) continue;
      if (!query.thing.empty() && alert.thing != query.thing) continue;
      if (query.from && alert.since < *query.from) continue;
      out.push_back(alert);
    }
    std::sort(out.begin(), out.end(), [](const model::Alert& a, const model::Alert& b) {
      return std::tie(b.since, b.id) < std::tie(a.since, a.id);
    });
    out.erase(out.begin(),
              out.begin() + static_cast<std::ptrdiff_t>(std::min(query.offset, out.size())));
    if (out.size() > query.limit) out.resize(query.limit);
    return out;
  }
  Result<std::optional<model::Alert>> alert(const std::string& id) const override {
    const auto at = disk_.alerts.find(id);
    return at == disk_.alerts.end() ? std::nullopt : std::optional(at->second);
  }
  Result<std::vector<model::Alert>> open_alerts() const override {
    std::vector<model::Alert> out;
    for (const auto& [id, alert] : disk_.alerts) {
      if (is_open(alert.state)) out.push_back(alert);
    }
    return out;
  }
  Result<std::vector<store::AlertChange>> changes(std::uint64_t after,
                                                  std::size_t most) const override {
    std::vector<store::AlertChange> out;
    for (auto at = disk_.changes.upper_bound(after); at != disk_.changes.end(); ++at) {
      if (out.size() == most) break;
      out.push_back({at->first, disk_.alerts.at(at->second)});
    }
    return out;
  }
  Result<std::vector<model::Rejected>> rejected(std::uint64_t before,
                                                std::size_t limit) const override {
    std::vector<model::Rejected> out;
    for (auto at = disk_.rejected.rbegin(); at != disk_.rejected.rend(); ++at) {
      if (at->first < before && out.size() < limit) out.push_back(at->second);
    }
    return out;
  }
  Result<std::uint64_t> last_rejected() const override {
    return disk_.rejected.empty() ? 0 : disk_.rejected.rbegin()->first;
  }
  Result<std::vector<store::Published>> published(Instant from, Instant to) const override {
    std::vector<store::Published> out;
    for (const auto& [key, row] : disk_.published) {
      if (row.as_of < from || row.as_of > to) continue;
      if (!out.empty() && out.back().as_of == row.as_of && out.back().region == row.region &&
          out.back().indicator == row.indicator) {
        out.pop_back();
      }
      out.push_back(row);
    }
    return out;
  }
  Result<std::vector<model::Revision>> revisions(std::size_t limit) const override {
    std::vector<model::Revision> out;
    for (const auto& [key, row] : disk_.published) {
      if (row.revision == 0 || out.size() == limit) continue;
      auto before = key;
      --std::get<3>(before);
      out.push_back({row.indicator, row.region, row.as_of, row.revision,
                     disk_.published.at(before).value, row.value, row.known});
    }
    return out;
  }

 private:
  void number(const std::string& id) {
    std::erase_if(disk_.changes, [&](const auto& known) { return known.second == id; });
    disk_.changes[++disk_.newest] = id;
  }

  JournalDisk& disk_;
};

// Gauges g0, g1, … of a province, each with a level (m) and a flow (m), and what `pack` adds:
// "rules:\n…" or "indicators:\n…".
inline std::shared_ptr<const World> gauge_world(std::size_t gauges, const std::string& pack,
                                                const std::string& flow = "") {
  std::string things = "id,type,region\n";
  for (std::size_t i = 0; i < gauges; ++i) things += format("g{},gauge,51\n", i);
  const model::MemoryFiles files(
      {{"p/pack.yaml",
        "pack: demo\nlabel: {zh: a, en: b}\ntypes:\n  gauge:\n    label: {zh: a, en: b}\n"
        "    properties:\n      level: {label: {zh: a, en: b}, unit: m, series: true}\n"
        "      flow: {label: {zh: a, en: b}, unit: m, series: true" +
            flow + "}\n" + pack + "things: [t.csv]\n"},
       {"p/t.csv", things}});
  auto world = std::make_shared<World>();
  auto catalog = std::make_shared<model::Catalog>();
  model::load_pack(files, "p", *catalog, world->workspace.records, world->problems);
  auto regions = std::make_shared<model::RegionTree>();
  model::Region region;
  region.code = "51";
  region.level = model::Level::province;
  (void)regions->add(region, "");
  world->workspace.catalog = catalog;
  world->workspace.regions = regions;
  world->library = formula::Library::build(catalog, world->problems);
  world->snapshot =
      model::build_snapshot({catalog, regions, {}}, world->workspace.records, world->problems);
  return world;
}

// A reading of a gauge.
struct Drop {
  std::size_t gauge = 0;
  bool flow = false;
  std::int64_t time_ns = 0;
  double value = 0;
};

inline model::ReadingBatch batch_of(const std::vector<Drop>& drops,
                                    std::vector<std::string>& names) {
  model::ReadingBatch batch;
  names.clear();
  for (const Drop& drop : drops) names.push_back(format("g{}", drop.gauge));
  for (std::size_t i = 0; i < drops.size(); ++i) {
    batch.readings.push_back({names[i], drops[i].flow ? "flow" : "level", "",
                              Instant{drops[i].time_ns}, drops[i].value,
                              static_cast<std::uint32_t>(i)});
  }
  return batch;
}

}  // namespace cairn::watch::detail
