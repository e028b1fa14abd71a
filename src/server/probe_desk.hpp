// SPDX-License-Identifier: Apache-2.0
// The probe within the server: its file of settings, its routes, and the way of what it measures to
// the engine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/seams.hpp"
#include "server/probe_service.hpp"
#include "server/work_queue.hpp"
#include "store/ledger.hpp"

namespace cairn::server {

class ImportDesk;
class Service;

class ProbeDesk {
 public:
  // Reads <directory>/probe.yaml, where there is one. `clock` is the one on the wall; it and
  // `ledger` must outlive this.
  static Result<std::unique_ptr<ProbeDesk>> open(store::Ledger& ledger, const Files& files,
                                                 const Clock& clock, const std::string& directory);
  // Both must outlive this. Before run().
  void attach(Service& service, ImportDesk& imports);
  void run() { probe_->run(); }
  // Before the engine stops. Idempotent.
  void stop();

 private:
  ProbeDesk() = default;
  void hand(const std::string& thing, const ProbeService::Readings& readings) const;

  Service* service_ = nullptr;
  std::unique_ptr<ProbeService> probe_;
  WorkQueue work_{1, 8};
};

}  // namespace cairn::server
