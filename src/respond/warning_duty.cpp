// SPDX-License-Identifier: Apache-2.0
// The chains of messages for those on duty: one a group of alerts.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "codec/cap_write.hpp"
#include "core/text.hpp"
#include "respond/warning_desk.hpp"
#include "respond/warning_ground.hpp"
#include "respond/warning_store.hpp"

namespace cairn::respond {
namespace {

using codec::CapType;
using Kind = GroupChange::Kind;

constexpr const char* program = "system/warnings";

const char* word_zh(Level before, Level now) {
  return now > before ? "升级" : now < before ? "降级" : "更新";
}
const char* word_en(Level before, Level now) {
  return now > before ? "raised" : now < before ? "lowered" : "update";
}

// One call of the desk: groups by their chains, and what they say.
class DutyRound {
 public:
  DutyRound(store::Ledger::Write& write, Outbox& outbox, const WarningOptions& options,
            std::shared_ptr<const WarningGround> ground, Instant now)
      : write_(write),
        options_(options),
        ground_(std::move(ground)),
        press_(outbox, options_, *ground_),
        now_(now) {}

  Status take(std::span<const GroupChange> changes) {
    std::vector<bool> done(changes.size(), false);
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (done[i]) continue;
      done[i] = true;
      const GroupChange& change = changes[i];
      if (is_passing(changes, i)) continue;
      if (change.kind == Kind::joined) {
        // Its end names the parent's message: that comes first.
        for (std::size_t k = i + 1; k < changes.size(); ++k) {
          if (done[k] || changes[k].group.id != change.group.parent) continue;
          if (changes[k].kind != Kind::opened) continue;
          done[k] = true;
          if (auto status = one(changes[k], changes); !status) return status;
        }
      }
      if (auto status = one(change, changes); !status) return status;
    }
    return {};
  }

  // Gathered updates and renewals.
  Status renew() {
    const auto due = due_chains(write_.db(), now_, now_ + options_.renew_ns);
    if (!due) return fail(due.error());
    for (Chain chain : *due) {
      const bool pending = chain.pending && *chain.pending <= now_;
      const std::int64_t valid = valid_ns(chain.told_level);
      const bool expires = chain.warning.expires <= now_ + std::min(options_.renew_ns, valid / 2);
      Status status;
      if (pending && is_news(chain)) {
        status = update(chain);
      } else if (expires) {
        status = update(chain);
      } else if (pending) {
        chain.pending.reset();
        status = put_chain(write_.db(), chain);
      }
      if (!status) return status;
    }
    return {};
  }

  std::vector<Warning> changed() && {
    std::vector<Warning> out;
    for (auto& [id, warning] : changed_) out.push_back(std::move(warning));
    return out;
  }

 private:
  std::int64_t valid_ns(Level level) const {
    return options_.valid_ns[static_cast<std::size_t>(level)];
  }
  // What becomes a part of another group in this very round need not be told by itself before.
  bool is_passing(std::span<const GroupChange> changes, std::size_t i) const {
    const Kind kind = changes[i].kind;
    if (kind != Kind::opened && kind != Kind::worsened) return false;
    return std::any_of(changes.begin() + static_cast<std::ptrdiff_t>(i) + 1, changes.end(),
                       [&](const GroupChange& later) {
                         return later.kind == Kind::joined && later.group.id == changes[i].group.id;
                       });
  }
  static bool is_news(const Chain& chain) {
    return chain.group.level != chain.told_level || chain.group.things != chain.told_things;
  }

  Status one(const GroupChange& change, std::span<const GroupChange> changes) {
    auto found = find_chain(write_.db(), change.group.id);
    if (!found) return fail(found.error());
    const bool there = found->has_value();
    Chain chain = there ? std::move(**found) : Chain{};
    const bool in_force = there && !chain.warning.ended;
    chain.group = change.group;
    chain.warning.id = change.group.id;
    chain.warning.group = change.group.id;
    chain.warning.region = change.group.region;
    switch (change.kind) {
      case Kind::opened:
        return in_force ? gather(chain) : open(chain, changes);
      case Kind::worsened:
        if (!in_force) return calls(change.group) ? open(chain, changes) : Status{};
        return change.group.level > chain.told_level ? update(chain) : gather(chain);
      case Kind::grew:
      case Kind::eased:
        return in_force ? gather(chain) : Status{};
      case Kind::joined:
        chain.joined_to = change.group.parent;
        if (!there) return {};
        return in_force ? join(chain) : put_chain(write_.db(), chain);
      case Kind::silenced:
        return in_force ? end(chain, CapType::cancel, silence_of(change.group)) : Status{};
      case Kind::cleared:
        return in_force ? end(chain, CapType::update, {"告警已全部解除", "All alerts are over"})
                        : Status{};
      case Kind::acknowledged:
        return there ? put_chain(write_.db(), chain) : Status{};
      case Kind::judged:
        return in_force ? judged(chain) : Status{};
    }
    return {};
  }
  static bool calls(const AlertGroup& group) {
    return group.state == GroupState::open && group.parent.empty();
  }

  Telling telling_of_group(const Chain& chain) const {
    Telling out = group_telling(options_, *ground_, chain.group, &write_.db());
    if (!options_.base_url.empty()) {
      const std::string url = options_.base_url + "/alerts?group=" + chain.group.id;
      if (codec::is_absolute_uri(url)) out.web = url;
    }
    return out;
  }

  Status open(Chain& chain, std::span<const GroupChange> changes) {
    Telling telling = telling_of_group(chain);
    chain.joined_to.clear();
    // The groups that are its parts: receivers can put their messages beside each other.
    auto parts = joined_chains(write_.db(), chain.group.id);
    if (!parts) return fail(parts.error());
    std::set<std::string> all(parts->begin(), parts->end());
    for (const GroupChange& c : changes) {
      if (c.kind == Kind::joined && c.group.parent == chain.group.id) all.insert(c.group.id);
    }
    telling.incidents.insert(telling.incidents.end(), all.begin(), all.end());
    return print(chain, std::move(telling), {});
  }

  Status update(Chain& chain) {
    Telling telling = telling_of_group(chain);
    telling.type = CapType::update;
    const Level before = chain.told_level;
    const Level now = chain.group.level;
    const model::RuleDef* rule = ground_->rule(chain.group.lead_rule);
    telling.headline = headline_of(now, {word_zh(before, now), word_en(before, now)},
                                   ground_->areas.name_of(chain.group.region),
                                   rule ? rule->label : telling.event, telling.status);
    return print(chain, std::move(telling), {});
  }

  // Not worse: said with what else comes in the next minutes.
  Status gather(Chain& chain) {
    if (!is_news(chain)) return put_chain(write_.db(), chain);
    if (now_ >= chain.told_at + options_.gather_ns) return update(chain);
    if (!chain.pending) chain.pending = chain.told_at + options_.gather_ns;
    return put_chain(write_.db(), chain);
  }

  Status join(Chain& chain) {
    const auto parent = find_chain(write_.db(), chain.joined_to);
    if (!parent) return fail(parent.error());
    const std::string name = *parent ? (*parent)->warning.newest : chain.joined_to;
    return end(chain, CapType::cancel,
               {format("已并入{}，请以该消息为准", name),
                format("Became a part of {}: go by that message", name)});
  }
  static Label silence_of(const AlertGroup& group) {
    if (!group.maintenance.empty()) {
      return {format("全部处于已申报的检修中（{}）", group.maintenance),
              format("All of it lies in declared maintenance ({})", group.maintenance)};
    }
    if (!group.cause.empty()) {
      return {format("是告警组{}的后果", group.cause),
              format("A consequence of the group {}", group.cause)};
    }
    return {"相关告警已全部搁置或抑制", "All of its alerts were put aside or suppressed"};
  }
  Status judged(Chain& chain) {
    const Verdict verdict = chain.group.verdict;
    if (verdict != Verdict::false_alarm && verdict != Verdict::test) {
      return put_chain(write_.db(), chain);
    }
    Label reason = verdict == Verdict::test ? Label{"值班员研判为测试", "Judged a test"}
                                            : Label{"值班员研判为误报", "Judged a false alarm"};
    const std::string note = cleaned(chain.group.note);
    if (!note.empty()) {
      reason.zh += "：" + note;
      reason.en += ": " + note;
    }
    return end(chain, CapType::cancel, reason);
  }

  // A cancel takes back, an update says that it is over; both with the areas that were told.
  Status end(Chain& chain, CapType type, const Label& reason) {
    const auto messages = messages_of(write_.db(), chain.warning.id, true);
    if (!messages) return fail(messages.error());
    auto before = telling_of(messages->back());
    if (!before) return fail(before.error());
    Telling telling = std::move(*before);
    telling.type = type;
    const bool over = type == CapType::update;
    telling.headline =
        headline_of(telling.level, over ? Label{"解除", "over"} : Label{"撤销", "cancelled"},
                    ground_->areas.name_of(chain.group.region), telling.event, telling.status);
    telling.description = {reason.zh + "。", reason.en + "."};
    telling.instruction = {};
    if (over) {
      telling.responses = {codec::CapResponse::all_clear};
      telling.urgency = codec::CapUrgency::past;
    } else {
      telling.responses = {codec::CapResponse::none};
    }
    const std::string words = reason.zh + " / " + reason.en;
    const bool exercise = telling.status == codec::CapStatus::exercise;
    const std::string mark = options_.exercise ? options_.exercise_note
                             : exercise        ? simulated_note
                                               : "";
    telling.note = mark.empty() ? words : mark + "; " + words;
    return print(chain, std::move(telling), reason, true);
  }

  Status print(Chain& chain, Telling telling, const Label& reason, bool last = false) {
    Sending sending;
    sending.topic = Topic::alert;
    sending.by = program;
    if (!reason.empty()) sending.reason = reason.zh + " / " + reason.en;
    sending.valid_ns = last ? options_.cleared_ns : valid_ns(telling.level);
    sending.urgent = telling.level >= Level::orange && telling.type == CapType::alert;
    sending.last = last;
    const auto identifier = press_.print(write_, chain, std::move(telling), sending, now_);
    if (!identifier) return fail(identifier.error());
    changed_[chain.warning.id] = chain.warning;
    return {};
  }

  store::Ledger::Write& write_;
  const WarningOptions& options_;
  std::shared_ptr<const WarningGround> ground_;  // shared: an import may swap it meanwhile
  WarningPress press_;
  Instant now_;
  std::map<std::string, Warning> changed_;
};

}  // namespace

Result<std::vector<Warning>> WarningDesk::on_groups(store::Ledger::Write& write,
                                                    std::span<const GroupChange> changes,
                                                    Instant now) {
  DutyRound round(write, outbox_, options_, ground(), now);
  if (auto done = round.take(changes); !done) return fail(done.error());
  return std::move(round).changed();
}

Result<std::vector<Warning>> WarningDesk::tick(store::Ledger::Write& write, Instant now) {
  DutyRound round(write, outbox_, options_, ground(), now);
  if (auto done = round.renew(); !done) return fail(done.error());
  const auto waiting = all_awaiting(write.db());
  if (!waiting) return fail(waiting.error());
  for (const Awaiting& awaiting : *waiting) {
    if (awaiting.until > now) continue;
    if (auto done = drop_awaiting(write.db(), awaiting.id); !done) return fail(done.error());
  }
  return std::move(round).changed();
}

Result<std::string> WarningDesk::cap_of(const model::Alert& alert, const Spot& spot,
                                        const Label& reason, Instant now) const {
  const auto base = ground();
  const Zone zone = base->workspace->zone;
  AlertGroup group;
  group.id = alert.id;
  group.hazard = alert.rule;
  group.lead_rule = alert.rule;
  group.lead_thing = alert.thing;
  group.region = alert.region;
  group.since = alert.began.value_or(alert.since);
  group.things = 1;
  group.firing = 1;
  if (const model::RuleDef* rule = base->rule(alert.rule)) {
    const auto severity = codec::parse_cap_code<codec::CapSeverity>(rule->severity);
    if (severity) group.level = codec::level_of(*severity).value_or(Level::blue);
  }
  WarningOptions own = options_;
  own.reason = [&](const AlertGroup&, const store::Database*) { return reason; };
  own.spots = [&](const AlertGroup&, const store::Database*) { return std::vector{spot}; };
  Telling telling = group_telling(own, *base, group, nullptr);
  telling.incidents.clear();
  for (codec::CapValue& parameter : telling.parameters) {
    if (parameter.name == "CairnGroup") parameter.name = "CairnAlert";
  }
  if (alert.ended) {
    telling.urgency = codec::CapUrgency::past;
    telling.responses = {codec::CapResponse::all_clear};
  }
  telling.headline = cleaned(telling.headline);
  telling.description = cleaned(telling.description);
  // Of the alert as it is known: asked again, it is the same message.
  const Instant sent = to_second(std::min(alert.known, now));
  const std::int64_t valid = options_.valid_ns[static_cast<std::size_t>(group.level)];
  codec::CapAlert out = compose(telling, {sent, zone}, {to_second(sent + valid), zone});
  out.sender = options_.sender;
  out.identifier = format("{}-r{}", alert.id, alert.revision);
  if (!codec::is_cap_identifier(out.identifier)) {
    return fail(Code::internal, "the alert's id cannot be an identifier of CAP", alert.id);
  }
  return codec::write_cap(out);
}

}  // namespace cairn::respond
