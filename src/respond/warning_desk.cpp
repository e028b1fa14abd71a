// SPDX-License-Identifier: Apache-2.0
#include "respond/warning_desk.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "respond/warning_ground.hpp"
#include "respond/warning_store.hpp"

namespace cairn::respond {

WarningDesk::WarningDesk(store::Ledger& ledger, Outbox& outbox, Options options)
    : ledger_(ledger), outbox_(outbox), options_(std::move(options)) {}
WarningDesk::~WarningDesk() = default;

Result<std::unique_ptr<WarningDesk>> WarningDesk::open(
    store::Ledger& ledger, Outbox& outbox, std::shared_ptr<const model::Workspace> workspace,
    Options options) {
  if (!codec::is_cap_identifier(options.sender)) {
    return fail(
        Code::invalid,
        format("'{}' cannot be the sender of warnings: no blank, comma, < or &", options.sender));
  }
  if (auto done = ledger.ensure(warnings_part()); !done) return fail(done.error());
  std::unique_ptr<WarningDesk> desk(new WarningDesk(ledger, outbox, std::move(options)));
  desk->rebind(std::move(workspace));
  return desk;
}

void WarningDesk::rebind(std::shared_ptr<const model::Workspace> workspace) {
  std::vector<Place> places;
  if (options_.places) places = options_.places();
  auto made = std::make_shared<const WarningGround>(std::move(workspace), std::move(places));
  const std::lock_guard lock(mutex_);
  ground_ = std::move(made);
}

std::shared_ptr<const WarningGround> WarningDesk::ground() const {
  const std::lock_guard lock(mutex_);
  return ground_;
}

Result<WarningPage> WarningDesk::list(const WarningQuery& query, Instant now) const {
  const auto base = ground();
  const model::RegionTree& regions = *base->workspace->regions;
  model::RegionIndex wanted = model::no_region;
  if (!query.region.empty()) {
    const auto found = regions.require(query.region);
    if (!found) return fail(found.error());
    wanted = *found;
  }
  const auto read = ledger_.read();
  auto keys = chain_keys(read.db(), query, now);
  if (!keys) return fail(keys.error());
  if (wanted != model::no_region) {
    std::erase_if(*keys, [&](const ChainKey& key) {
      const model::RegionIndex index = regions.find(key.region);
      return index == model::no_region || !regions.within(index, wanted);
    });
  }
  WarningPage out;
  out.total = keys->size();
  for (std::size_t i = query.offset; i < keys->size() && out.warnings.size() < query.limit; ++i) {
    auto chain = find_chain(read.db(), (*keys)[i].id);
    if (!chain) return fail(chain.error());
    if (*chain) out.warnings.push_back(std::move((*chain)->warning));
  }
  return out;
}

Result<std::optional<Warning>> WarningDesk::find(const std::string& id) const {
  const auto read = ledger_.read();
  auto chain = find_chain(read.db(), id);
  if (!chain) return fail(chain.error());
  if (!*chain) return std::optional<Warning>();
  return std::optional(std::move((*chain)->warning));
}

Result<std::vector<Message>> WarningDesk::messages(const std::string& warning) const {
  const auto read = ledger_.read();
  return messages_of(read.db(), warning, true);
}

Result<std::optional<Message>> WarningDesk::message(const std::string& identifier) const {
  const auto read = ledger_.read();
  return find_own(read.db(), identifier);
}

Result<std::vector<Message>> WarningDesk::newest(WarningKind kind, std::size_t limit) const {
  const auto read = ledger_.read();
  return newest_messages(read.db(), kind, limit);
}

Result<std::vector<Refused>> WarningDesk::refused(std::uint64_t before, std::size_t limit) const {
  const auto read = ledger_.read();
  return refused_messages(read.db(), before, limit);
}

Result<std::vector<Awaiting>> WarningDesk::awaiting(Instant now) const {
  const auto read = ledger_.read();
  auto all = all_awaiting(read.db());
  if (all) std::erase_if(*all, [now](const Awaiting& a) { return a.until <= now; });
  return all;
}

}  // namespace cairn::respond
