// SPDX-License-Identifier: Apache-2.0
#include "server/probe_desk.hpp"

#include <cstdio>

#include "core/text.hpp"
#include "server/api_services.hpp"
#include "server/imports.hpp"
#include "server/service.hpp"
#include "watch/live.hpp"

namespace cairn::server {

Result<std::unique_ptr<ProbeDesk>> ProbeDesk::open(store::Ledger& ledger, const Files& files,
                                                   const Clock& clock,
                                                   const std::string& directory) {
  ProbeConfig config;
  const std::string path = directory + "/probe.yaml";
  if (files.exists(path)) {
    const auto text = files.read(path);
    if (!text) return fail(text.error());
    Problems problems;
    read_probe_config(*text, path, config, problems);
    if (!problems.ok()) return fail(problems.errors.front());
  }
  std::unique_ptr<ProbeDesk> out(new ProbeDesk);
  auto probe = ProbeService::open(
      ledger, clock, std::move(config),
      [desk = out.get()](const std::string& thing, const ProbeService::Readings& readings) {
        desk->hand(thing, readings);
      });
  if (!probe) return fail(probe.error());
  out->probe_ = std::move(*probe);
  return out;
}

void ProbeDesk::attach(Service& service, ImportDesk& imports) {
  service_ = &service;
  ServiceDoors doors{*probe_, work_};
  if (imports.open()) {
    doors.make_things = [&imports](const std::string& csv) -> Status {
      const auto preview =
          imports.preview({.name = "services.csv", .bytes = csv, .replace_estimated = false}, true);
      if (!preview) return fail(preview.error());
      if (preview->preview->rejected > 0) {
        const auto& errors = preview->preview->errors;
        return fail(Code::invalid, errors.empty()
                                       ? "the thing cannot be made"
                                       : "the thing cannot be made: " + errors.front().message);
      }
      const auto made = imports.commit(preview->id, false);
      return made ? Status{} : fail(made.error());
    };
  }
  add_service_routes(service.router(), std::move(doors));
  service.add_figures([this](std::vector<Gauge>& gauges) { probe_->add_figures(gauges); });
}

void ProbeDesk::stop() {
  probe_->stop();
  work_.stop();
}

// At the engine's time, as everything that is measured now.
void ProbeDesk::hand(const std::string& thing, const ProbeService::Readings& readings) const {
  watch::Live* live = service_ == nullptr ? nullptr : service_->live();
  if (live == nullptr || readings.empty()) return;
  model::ReadingBatch batch;
  for (const auto& [property, value] : readings) {
    model::Reading reading;
    reading.thing = thing;
    reading.property = property;
    reading.time = service_->now();
    reading.value = value;
    reading.record = static_cast<std::uint32_t>(batch.readings.size());
    batch.readings.push_back(reading);
  }
  const auto receipt = live->intake().submit({"cairn/probe", 0, false, {"*"}}, batch);
  if (!receipt) {
    std::fprintf(stderr, "the probe's readings of %s were not taken: %s\n", thing.c_str(),
                 to_string(receipt.error()).c_str());
  } else if (!receipt->refused.empty()) {
    std::fprintf(stderr, "%zu of the probe's readings of %s were refused: %s\n",
                 receipt->refused.size(), thing.c_str(),
                 to_string(receipt->refused.front().error).c_str());
  }
}

}  // namespace cairn::server
