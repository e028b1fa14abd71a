// SPDX-License-Identifier: Apache-2.0
// Warnings for the public: prepared by the program, released by a person.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "respond/warning_desk.hpp"
#include "respond/warning_draft.hpp"
#include "respond/warning_ground.hpp"
#include "respond/warning_store.hpp"

namespace cairn::respond {
namespace {

// What the wish is about. Callbacks ask the ledger themselves: nothing is held meanwhile.
Result<DraftSources> sources_of(const store::Ledger& ledger, const WarningOptions& options,
                                const Wish& wish) {
  DraftSources out;
  if (wish.act != WarningAct::release) {
    const auto read = ledger.read();
    auto chain = find_chain(read.db(), wish.warning);
    if (!chain) return fail(chain.error());
    if (!*chain) {
      return fail(Code::not_found, format("there is no warning '{}'", wish.warning), "/warning");
    }
    if ((*chain)->warning.kind != WarningKind::open_to_all) {
      return fail(Code::invalid, "only warnings for the public are updated and ended by persons",
                  "/warning");
    }
    if ((*chain)->warning.ended) {
      return fail(Code::conflict, "the warning has ended: release a new one", "/warning");
    }
    auto messages = messages_of(read.db(), wish.warning, true);
    if (!messages) return fail(messages.error());
    out.chain = std::move(**chain);
    out.messages = std::move(*messages);
  } else if (!wish.warning.empty()) {
    return fail(Code::invalid, "a new warning is about no earlier one: set act", "/warning");
  }
  const std::string& group = out.chain ? out.chain->warning.group : wish.group;
  if (!group.empty()) {
    if (options.group) out.group = options.group(group);
    if (!out.group && !out.chain) {
      return fail(Code::not_found, format("there is no group '{}'", group), "/group");
    }
  }
  if (!wish.incident.empty()) {
    if (options.incident) out.incident = options.incident(wish.incident);
    if (!out.incident) {
      return fail(Code::not_found, format("there is no incident '{}'", wish.incident), "/incident");
    }
  }
  return out;
}

std::string day_text(Instant now, Zone zone) {
  const Date day = date_of(now, zone);
  return format("W-{:04}{:02}{:02}-", day.year, day.month, day.day);
}

}  // namespace

bool WarningDesk::wants_second(WarningAct act, Level level) const {
  // To end or take back must not wait.
  const bool raises = act == WarningAct::release || act == WarningAct::update;
  return raises && options_.second_person_from && level >= *options_.second_person_from;
}

std::vector<std::string> WarningDesk::forbidden(const Draft& draft,
                                                const model::Actor& actor) const {
  const auto base = ground();
  const model::RegionTree& regions = *base->workspace->regions;
  const auto may = [&](const std::string& region) {
    return model::may(actor, model::Action::send_warning, region, "", regions);
  };
  if (draft.reach.regions.empty()) {
    return may("") ? std::vector<std::string>() : std::vector<std::string>{""};
  }
  std::vector<std::string> out;
  for (const std::string& code : draft.reach.regions) {
    if (!may(code)) out.push_back(code);
  }
  return out;
}

Result<Draft> WarningDesk::prepare(const Wish& wish, Instant now) const {
  const auto base = ground();
  const auto sources = sources_of(ledger_, options_, wish);
  if (!sources) return fail(sources.error());
  auto made = make_draft(options_, *base, wish, *sources, now);
  if (!made) return fail(made.error());
  return std::move(made->draft);
}

Result<Release> WarningDesk::release(store::Ledger::Write& write, const Wish& wish,
                                     const std::string& by, Instant now) {
  const auto base = ground();
  auto sources = sources_of(ledger_, options_, wish);
  if (!sources) return fail(sources.error());
  const auto made = make_draft(options_, *base, wish, *sources, now);
  if (!made) return fail(made.error());
  Chain chain;
  if (sources->chain) {
    chain = std::move(*sources->chain);
  } else {
    const std::string prefix = day_text(now, base->workspace->zone);
    const auto count = count_chains(write.db(), prefix);
    if (!count) return fail(count.error());
    chain.warning.id = format("{}{:03}", prefix, *count + 1);
    chain.warning.kind = WarningKind::open_to_all;
    chain.warning.group = made->draft.group;
    chain.warning.incident = made->draft.incident;
  }
  chain.warning.region = made->draft.region;
  if (sources->group) chain.group = *sources->group;
  Sending sending;
  sending.topic = Topic::warning;
  sending.by = by;
  sending.reason = wish.reason;
  sending.valid_ns = made->valid_ns;
  sending.urgent = true;
  sending.last = wish.act == WarningAct::cancel || wish.act == WarningAct::all_clear;
  const WarningPress press(outbox_, options_, *base);
  const auto identifier = press.print(write, chain, made->telling, sending, now);
  if (!identifier) return fail(identifier.error());
  Release out;
  out.warning = chain.warning;
  out.identifier = *identifier;
  out.deliveries = press.deliveries();
  return out;
}

Status WarningDesk::may_release(const Draft& draft, const std::string& digest,
                                const model::Actor& actor) const {
  if (const auto closed = forbidden(draft, actor); !closed.empty()) {
    const Label name = ground()->areas.name_of(closed.front());
    return fail(Code::denied,
                closed.front().empty()
                    ? std::string("the area lies in no county known here: that takes the right "
                                  "to send warnings everywhere")
                    : format("no right to send warnings in {} ({}){}", name.in(Language::zh),
                             closed.front(),
                             closed.size() > 1 ? format(" and {} more", closed.size() - 1) : ""));
  }
  if (const Label differs = difference(digest, draft.digest); !differs.empty()) {
    return fail(Code::conflict,
                format("与所见不同：{}，请重新核对 / what would be sent differs from what was "
                       "shown in: {}; look at it again",
                       differs.zh, differs.en));
  }
  if (draft.sendable) return {};
  for (const std::string& finding : draft.findings) {
    if (finding.starts_with("error ")) return fail(Code::invalid, finding);
  }
  return fail(Code::internal, "a draft that cannot be sent has no error");
}

Result<Release> WarningDesk::send(store::Ledger::Write& write, const Wish& wish,
                                  const std::string& digest, const std::string& key,
                                  const model::Actor& actor, Instant now) {
  if (key.empty()) return fail(Code::invalid, "a release needs a key, so that it is sent once");
  const std::string own_key = actor.id + "/" + key;
  const auto used = find_key(write.db(), own_key);
  if (!used) return fail(used.error());
  if (*used) return repeated(write.db(), **used, digest);
  const auto draft = prepare(wish, now);
  if (!draft) return fail(draft.error());
  if (auto good = may_release(*draft, digest, actor); !good) return fail(good.error());
  if (wants_second(wish.act, draft->level)) {
    Awaiting awaiting;
    awaiting.id = format("A-{}-{}", now.ns / 1'000'000, digest.substr(0, 10));
    awaiting.wish = wish;
    awaiting.digest = digest;
    awaiting.key = own_key;
    awaiting.by = actor.id;
    awaiting.headline = words_of(draft->alert).headline;
    awaiting.level = draft->level;
    awaiting.at = now;
    awaiting.until = now + options_.second_person_ns;
    if (auto done = put_awaiting(write.db(), awaiting); !done) return fail(done.error());
    if (auto done = put_key(write.db(), own_key, {digest, "", awaiting.id}); !done) {
      return fail(done.error());
    }
    Release out;
    out.awaiting = std::move(awaiting);
    return out;
  }
  auto out = release(write, wish, actor.id, now);
  if (!out) return out;
  if (auto done = put_key(write.db(), own_key, {digest, out->warning.id, out->identifier}); !done) {
    return fail(done.error());
  }
  return out;
}

Result<std::optional<Release>> WarningDesk::released(const std::string& key,
                                                     const std::string& digest,
                                                     const model::Actor& actor) const {
  const auto read = ledger_.read();
  const auto used = find_key(read.db(), actor.id + "/" + key);
  if (!used) return fail(used.error());
  if (!*used) return std::optional<Release>();
  auto out = repeated(read.db(), **used, digest);
  if (!out) return fail(out.error());
  return std::optional(std::move(*out));
}

Result<Release> WarningDesk::repeated(const Database& db, const KeyRow& row,
                                      const std::string& digest) const {
  if (row.digest != digest) {
    return fail(Code::conflict, "the key was used for another release: take a new one");
  }
  Release out;
  out.repeated = true;
  if (row.warning.empty()) {
    const auto all = all_awaiting(db);
    if (!all) return fail(all.error());
    for (const Awaiting& a : *all) {
      if (a.id == row.identifier) out.awaiting = a;
    }
    if (!out.awaiting) {
      return fail(Code::conflict, "nobody confirmed the release in time, or it was declined");
    }
    return out;
  }
  auto chain = find_chain(db, row.warning);
  if (!chain) return fail(chain.error());
  if (*chain) out.warning = std::move((*chain)->warning);
  out.identifier = row.identifier;
  return out;
}

Result<Release> WarningDesk::confirm(store::Ledger::Write& write, const std::string& id,
                                     const std::string& digest, const model::Actor& actor,
                                     Instant now) {
  const auto all = all_awaiting(write.db());
  if (!all) return fail(all.error());
  const auto at =
      std::find_if(all->begin(), all->end(), [&](const Awaiting& a) { return a.id == id; });
  if (at == all->end() || at->until <= now) {
    return fail(Code::not_found, "nothing waits for confirmation there, or it is too late");
  }
  if (at->by == actor.id) {
    return fail(Code::denied, "a second person must confirm: not the one who released it");
  }
  if (digest != at->digest) {
    return fail(Code::conflict, "the digest is not that of the release: look at it again");
  }
  const auto draft = prepare(at->wish, now);
  if (!draft) return fail(draft.error());
  if (auto good = may_release(*draft, digest, actor); !good) return fail(good.error());
  auto out = release(write, at->wish, at->by + ", " + actor.id, now);
  if (!out) return out;
  if (auto done = drop_awaiting(write.db(), id); !done) return fail(done.error());
  if (auto done = put_key(write.db(), at->key, {digest, out->warning.id, out->identifier}); !done) {
    return fail(done.error());
  }
  return out;
}

Status WarningDesk::decline(store::Ledger::Write& write, const std::string& id,
                            const model::Actor& actor, Instant now) {
  const auto all = all_awaiting(write.db());
  if (!all) return fail(all.error());
  for (const Awaiting& a : *all) {
    if (a.id != id || a.until <= now) continue;
    // Who may send it may stop it; so may who released it.
    const auto draft = prepare(a.wish, now);
    if (a.by != actor.id && draft && !forbidden(*draft, actor).empty()) {
      return fail(Code::denied, "no right to send warnings there");
    }
    return drop_awaiting(write.db(), id);
  }
  return fail(Code::not_found, "nothing waits for confirmation there, or it is too late");
}

}  // namespace cairn::respond
