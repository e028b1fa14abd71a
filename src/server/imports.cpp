// SPDX-License-Identifier: Apache-2.0
#include "server/imports.hpp"

#include <algorithm>
#include <map>

#include "core/text.hpp"

namespace cairn::server {
namespace {

// A preview holds its records in memory.
constexpr std::size_t waiting_max = 8;
constexpr std::size_t id_characters = 16;  // of the content's SHA-256

// The n-th import of one content: "3f2a…" then "3f2a…-2".
std::string entry_id(const std::string& digest, int n) {
  std::string id = digest.substr(0, id_characters);
  return n <= 1 ? id : format("{}-{}", id, n);
}

share::Preview preview_of(const store::ImportInfo& info) {
  share::Preview out;
  out.kind = share::parse_import_kind(info.kind).value_or(share::ImportKind::things);
  const std::string name = lower_ascii(info.name);
  const bool json = name.ends_with(".json") || name.ends_with(".geojson");
  out.format = json ? share::ImportFormat::geojson : share::ImportFormat::csv;
  out.name = info.name;
  out.encoding = info.encoding;
  out.digest = info.digest;
  out.rows = info.records;
  out.accepted = info.records;
  return out;
}

Error no_import(std::string_view id) {
  return {Code::not_found, format("there is no import '{}'", id), "path:id"};
}

}  // namespace

void ImportDesk::forget_old() {
  const Instant oldest = service_.clock().now() - ns_per_day;
  std::erase_if(waiting_, [&](const ImportEntry& e) { return e.created_at < oldest; });
  while (waiting_.size() > waiting_max) waiting_.pop_front();
}

// Waiting and made ones, the oldest first.
Result<std::vector<ImportEntry>> ImportDesk::entries() {
  std::vector<ImportEntry> out;
  if (!registry_) return out;
  const auto infos = registry_->imports();
  if (!infos) return fail(infos.error());
  std::map<std::string, int> seen;
  for (const store::ImportInfo& info : *infos) {
    ImportEntry entry{
        entry_id(info.digest, ++seen[info.digest]), true, info.at, info.at, info.id, nullptr};
    for (const ImportEntry& made : made_) {
      if (made.number != info.id) continue;
      entry.preview = made.preview;
      entry.created_at = made.created_at;
    }
    if (!entry.preview) entry.preview = std::make_shared<share::Preview>(preview_of(info));
    out.push_back(std::move(entry));
  }
  forget_old();
  for (ImportEntry entry : waiting_) {
    const auto made = seen.find(entry.preview->digest);
    entry.id = entry_id(entry.preview->digest, made == seen.end() ? 1 : made->second + 1);
    out.push_back(std::move(entry));
  }
  return out;
}

Result<std::vector<ImportEntry>> ImportDesk::list() {
  const std::lock_guard lock(mutex_);
  auto out = entries();
  if (out) std::reverse(out->begin(), out->end());
  return out;
}

Result<ImportEntry> ImportDesk::find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return entry(id);
}

Result<ImportEntry> ImportDesk::entry(std::string_view id) {
  const auto all = entries();
  if (!all) return fail(all.error());
  for (const ImportEntry& known : *all) {
    if (known.id == id) return known;
  }
  return fail(no_import(id));
}

void ImportDesk::forget(const ImportEntry& done) {
  std::erase_if(waiting_, [&](const ImportEntry& waiting) {
    return waiting.preview->digest == done.preview->digest;
  });
}

Result<ImportEntry> ImportDesk::preview(const share::ImportRequest& request, bool keep) {
  if (!open()) {
    return fail(Code::denied,
                "this server was started without a data directory, so nothing can "
                "be imported");
  }
  const auto state = service_.state();
  auto read = share::prepare(request, {state->base->snapshot(), state->workspace->boundaries});
  if (!read) return fail(read.error());
  ImportEntry entry{"",           false, service_.clock().now(),
                    std::nullopt, 0,     std::make_shared<const share::Preview>(std::move(*read))};
  if (!keep) return entry;
  const std::lock_guard lock(mutex_);
  forget(entry);
  waiting_.push_back(entry);
  const auto all = entries();
  if (!all) return fail(all.error());
  return all->back();
}

Result<ImportEntry> ImportDesk::commit(std::string_view id, bool accept_partial,
                                       const std::function<Status()>& then) {
  const std::lock_guard lock(mutex_);
  const auto all = entries();
  if (!all) return fail(all.error());
  const auto at =
      std::find_if(all->begin(), all->end(), [&](const ImportEntry& e) { return e.id == id; });
  if (at == all->end()) return fail(no_import(id));
  if (at->committed) return fail(Code::conflict, "this import has been made already", "path:id");
  if (at->preview->rejected > 0 && !accept_partial) {
    return fail(Code::conflict,
                format("{} of {} rows were rejected; correct them, or pass accept_partial=true to "
                       "leave them out",
                       at->preview->rejected, at->preview->rows),
                "query:accept_partial");
  }
  const Instant now = service_.clock().now();
  const auto committed = share::commit(*at->preview, *registry_, now, accept_partial);
  if (!committed) return fail(committed.error());
  if (committed->already) {
    const auto same = std::find_if(all->begin(), all->end(), [&](const ImportEntry& e) {
      return e.committed && e.number == committed->id;
    });
    forget(*at);
    if (then) {
      if (auto done = then(); !done) return fail(done.error());
      if (const Status rebuilt = rebuild(); !rebuilt) return fail(rebuilt.error());
    }
    return same == all->end() ? *at : *same;
  }
  if (then) {
    if (auto done = then(); !done) {
      if (auto back = registry_->remove(committed->id); !back) return fail(back.error());
      return fail(done.error());
    }
  }
  ImportEntry made = *at;
  made.committed = true;
  made.committed_at = now;
  made.number = committed->id;
  auto summary = std::make_shared<share::Preview>(*at->preview);
  summary->records = {};
  made.preview = std::move(summary);
  forget(made);
  made_.push_back(made);
  if (const Status rebuilt = rebuild(); !rebuilt) return fail(rebuilt.error());
  return made;
}

Status ImportDesk::remove(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto at = entry(id);
  if (!at) return fail(at.error());
  if (!at->committed) {
    forget(*at);
    return std::monostate{};
  }
  if (const Status removed = registry_->remove(at->number); !removed) return removed;
  std::erase_if(made_, [&](const ImportEntry& e) { return e.number == at->number; });
  return rebuild();
}

Status ImportDesk::refresh() {
  const std::lock_guard lock(mutex_);
  return rebuild();
}

Status ImportDesk::rebuild() {
  Result<model::Records> records = model::Records{};
  if (registry_ != nullptr) records = registry_->records();
  if (!records) return fail(records.error());
  const auto old = service_.state();
  if (also_) also_(*old->workspace->catalog, *records);
  auto world = watch::build_world(old->world->workspace, *records, {}, old->world->study);
  if (!adopt_) {
    service_.swap(build_state(std::move(world), *records, service_.true_clock().now()));
    return std::monostate{};
  }
  auto state = adopt_(std::move(world), *records);
  if (!state) return fail(state.error());
  service_.swap(std::move(*state));
  return std::monostate{};
}

}  // namespace cairn::server
