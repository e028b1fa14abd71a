// SPDX-License-Identifier: Apache-2.0
// Imports over HTTP: previews that wait, imports that were made, and the swap of the state that
// follows each.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/service.hpp"
#include "share/import.hpp"
#include "store/registry.hpp"

namespace cairn::server {

// One line of the list. What only a preview knows is empty after a restart.
struct ImportEntry {
  std::string id;  // of the content, so that it stays the same over a restart
  bool committed = false;
  Instant created_at;
  std::optional<Instant> committed_at;
  std::int64_t number = 0;  // in the registry
  // shared: answers are rendered outside the lock. Without records once committed.
  std::shared_ptr<const share::Preview> preview;
  bool operator==(const ImportEntry&) const = default;
};

class ImportDesk {
 public:
  // Makes the state that is served of a world into which these records went.
  using Adopt = std::function<Result<std::shared_ptr<const State>>(
      std::shared_ptr<const watch::World>, const model::Records&)>;
  // Without a registry nothing can be imported.
  ImportDesk(std::unique_ptr<store::Registry> registry, Service& service, Adopt adopt = {})
      : registry_(std::move(registry)), service_(service), adopt_(std::move(adopt)) {}

  bool open() const { return registry_ != nullptr; }
  // Reads a file against the present state; keeps the preview unless it is a dry run.
  Result<ImportEntry> preview(const share::ImportRequest& request, bool keep);
  // The newest first.
  Result<std::vector<ImportEntry>> list();
  Result<ImportEntry> find(std::string_view id);
  // `then` runs once the records are kept, before the world is built anew; when it fails the
  // import is taken back.
  Result<ImportEntry> commit(std::string_view id, bool accept_partial,
                             const std::function<Status()>& then = {});
  Status remove(std::string_view id);
  // More that goes into the world at each building. Before anything is served.
  using Also = std::function<void(const model::Catalog& catalog, model::Records& records)>;
  void also(Also also) { also_ = std::move(also); }
  // Builds the world anew: a study has computed what was missing.
  Status refresh();

 private:
  // The caller holds the mutex.
  Result<std::vector<ImportEntry>> entries();
  Result<ImportEntry> entry(std::string_view id);
  void forget(const ImportEntry& done);  // its preview need not wait any longer
  Status rebuild();
  void forget_old();

  std::unique_ptr<store::Registry> registry_;
  Service& service_;
  Also also_;
  Adopt adopt_;       // none: the world is served as it is
  std::mutex mutex_;  // over all below and the registry
  std::deque<ImportEntry> waiting_;
  std::deque<ImportEntry> made_;  // committed since the start, with their previews
};

}  // namespace cairn::server
