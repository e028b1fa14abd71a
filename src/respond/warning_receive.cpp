// SPDX-License-Identifier: Apache-2.0
// Messages of others: read strictly, checked, put into their chains, never sent on.
#include <algorithm>
#include <set>
#include <utility>

#include "codec/cap_read.hpp"
#include "core/text.hpp"
#include "respond/warning_desk.hpp"
#include "respond/warning_ground.hpp"
#include "respond/warning_store.hpp"

namespace cairn::respond {
namespace {

using codec::CapAlert;
using codec::CapReference;
using codec::CapType;

constexpr std::size_t refused_text_bytes = 64 * 1024;
constexpr std::size_t source_bytes = 200;
constexpr std::size_t findings_most = 50;
constexpr std::size_t references_most = 500;

// Bytes as they came, as far as a text can show them.
std::string shown(std::string_view bytes, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size() && out.size() < most;) {
    append_utf8(out, next_code_point(bytes, i));
  }
  std::erase(out, '\0');
  return out;
}

class Intake {
 public:
  Intake(store::Ledger::Write& write, const WarningOptions& options, const WarningGround& ground,
         std::string source, Instant now)
      : db_(write.db()),
        options_(options),
        ground_(ground),
        source_(std::move(source)),
        now_(now) {}

  Result<Receipt> run(std::string_view bytes) {
    if (bytes.size() > options_.message_bytes) {
      return refuse(bytes, {Code::too_large,
                            format("the message has {} bytes, at most {} are taken", bytes.size(),
                                   options_.message_bytes),
                            ""});
    }
    auto alert = codec::read_cap(bytes);
    if (!alert) return refuse(bytes, alert.error());
    alert_ = std::move(*alert);
    const auto findings = codec::check_cap(alert_);
    for (const codec::CapFinding& finding : findings) {
      if (receipt_.findings.size() < findings_most) find(codec::to_string(finding));
    }
    for (const codec::CapFinding& finding : findings) {
      if (finding.weight == codec::CapWeight::error) {
        return refuse(bytes, {Code::invalid, finding.message, finding.place});
      }
    }
    if (auto error = misplaced()) return refuse(bytes, *error);
    const auto there = find_message(db_, alert_.sender, alert_.identifier);
    if (!there) return fail(there.error());
    if (*there) return again(bytes, **there);
    return keep(bytes);
  }

 private:
  void find(std::string text) { receipt_.findings.push_back(cleaned(text)); }

  // What is right as CAP and yet not for this door.
  std::optional<Error> misplaced() const {
    if (alert_.sender == options_.sender) {
      return Error{Code::conflict, "the sender is this house itself: its messages are not received",
                   "sender"};
    }
    if (alert_.type == CapType::ack || alert_.type == CapType::error) {
      return Error{Code::unsupported, "acknowledgements and errors are not taken: send warnings",
                   "msgType"};
    }
    if (alert_.infos.empty() && alert_.type != CapType::cancel) {
      return Error{Code::invalid, "has no info: it says nothing", "info"};
    }
    if (alert_.references.size() > references_most) {
      return Error{Code::too_large, format("at most {} references", references_most), "references"};
    }
    if (alert_.type == CapType::alert) return std::nullopt;
    for (std::size_t i = 0; i < alert_.references.size(); ++i) {
      if (alert_.references[i].sender == alert_.sender) continue;
      return Error{Code::denied,
                   format("only {} may {} its message", alert_.references[i].sender,
                          alert_.type == CapType::cancel ? "cancel" : "update"),
                   format("references[{}]", i + 1)};
    }
    return std::nullopt;
  }

  Result<Receipt> refuse(std::string_view bytes, const Error& error) {
    Refused refused;
    refused.at = now_;
    refused.source = source_;
    refused.text = shown(bytes, refused_text_bytes);
    refused.place = cleaned(error.place);
    refused.reason = cleaned(error.message);
    refused.findings = receipt_.findings;
    if (auto done = put_refused(db_, refused, options_.refused_kept); !done) {
      return fail(done.error());
    }
    receipt_.outcome = Receipt::Outcome::refused;
    receipt_.place = refused.place;
    receipt_.reason = refused.reason;
    return receipt_;
  }

  Result<Receipt> again(std::string_view bytes, const Message& there) {
    if (there.xml != bytes) {
      return refuse(bytes, {Code::conflict,
                            format("{} was received before with other content: identifiers are "
                                   "never used again",
                                   alert_.identifier),
                            "identifier"});
    }
    receipt_.outcome = Receipt::Outcome::duplicate;
    receipt_.warning = there.warning;
    receipt_.identifier = there.identifier;
    receipt_.expired = there.expires <= now_;
    return receipt_;
  }

  // The chain that it belongs to; a new one when nothing is known of it.
  Result<Chain> chain_of() {
    std::string id;
    for (const CapReference& reference : alert_.references) {
      if (alert_.type == CapType::alert) break;
      const auto earlier = find_message(db_, reference.sender, reference.identifier);
      if (!earlier) return fail(earlier.error());
      if (*earlier) {
        id = (*earlier)->warning;
        if ((*earlier)->sent != reference.sent.at) {
          find(format("warning reference-time at references: {} was sent at another time",
                      reference.identifier));
        }
        continue;
      }
      find(format("warning reference-unseen at references: {} was never received",
                  reference.identifier));
      const auto other = referring(db_, reference.sender, reference.identifier);
      if (!other) return fail(other.error());
      if (id.empty()) id = *other;
    }
    if (id.empty()) {
      // Those who refer to it may have come before it.
      const auto later = referring(db_, alert_.sender, alert_.identifier);
      if (!later) return fail(later.error());
      id = *later;
    }
    if (!id.empty()) {
      auto chain = find_chain(db_, id);
      if (!chain) return fail(chain.error());
      if (*chain) return std::move(**chain);
    }
    const auto count = count_chains(db_, "R-");
    if (!count) return fail(count.error());
    Chain out;
    out.warning.id = format("R-{:06}", *count + 1);
    out.warning.kind = WarningKind::received;
    out.sender = alert_.sender;
    return out;
  }

  std::string region_of() const {
    std::vector<std::string> codes;
    const model::RegionTree& regions = *ground_.workspace->regions;
    if (alert_.infos.empty()) return {};
    for (const codec::CapArea& area : alert_.infos.front().areas) {
      for (const codec::CapValue& code : area.geocodes) {
        const bool known = code.name == codec::cap_geocode_division &&
                           regions.find(code.value) != model::no_region;
        if (known) codes.push_back(code.value);
      }
      if (!codes.empty()) continue;
      for (const geo::Ring& ring : area.polygons) {
        for (std::string& code : ground_.areas.counties_of(ring)) codes.push_back(std::move(code));
      }
      for (const codec::CapCircle& circle : area.circles) {
        if (auto code = ground_.areas.county_at(circle.centre); !code.empty()) {
          codes.push_back(std::move(code));
        }
      }
    }
    return ground_.areas.common_region(codes);
  }

  Result<Receipt> keep(std::string_view bytes) {
    auto found = chain_of();
    if (!found) return fail(found.error());
    Chain chain = std::move(*found);
    Warning& w = chain.warning;
    const Instant expires = expires_of(alert_, alert_.sent.at + ns_per_day);
    const bool first = w.messages == 0;
    // One that was overtaken by a later one of its chain changes nothing of how that stands.
    const bool newest = first || alert_.sent.at >= chain.told_sent;
    if (!newest) find("warning overtaken at sent: a later message of its chain came before it");
    if (newest && w.ended && alert_.type != CapType::cancel) {
      find("warning after-its-end at msgType: the warning had been cancelled; it stays so");
    }
    ++w.messages;
    w.sent = first ? alert_.sent.at : std::min(w.sent, alert_.sent.at);
    const bool tells = !alert_.infos.empty() && (first || newest || w.headline.empty());
    if (tells) take_words(chain);
    if (newest) {
      chain.told_sent = alert_.sent.at;
      w.newest = alert_.identifier;
      w.by = alert_.sender;
      w.status = std::string(codec::cap_text(alert_.status));
      w.expires = alert_.infos.empty() && !first ? w.expires : expires;
      if (ends() && !w.ended) w.ended = now_;
    }
    if (auto done = put_chain(db_, chain); !done) return fail(done.error());
    if (auto done = put(bytes, chain, expires); !done) return fail(done.error());
    receipt_.outcome = Receipt::Outcome::accepted;
    receipt_.warning = w.id;
    receipt_.identifier = alert_.identifier;
    receipt_.expired = expires <= now_;
    return receipt_;
  }

  bool ends() const {
    if (alert_.type == CapType::cancel) return true;
    if (alert_.infos.empty() || alert_.type != CapType::update) return false;
    const auto& responses = alert_.infos.front().responses;
    return std::find(responses.begin(), responses.end(), codec::CapResponse::all_clear) !=
           responses.end();
  }

  void take_words(Chain& chain) {
    Warning& w = chain.warning;
    if (!codec::level_of(alert_.infos.front())) {
      find("warning level-missing at severity: it says none; shown as the lowest");
    }
    w.level = level_of(alert_);
    const CapWords words = words_of(alert_);
    w.headline = words.headline.empty() ? words.event : words.headline;
    if (auto region = region_of(); !region.empty()) w.region = std::move(region);
  }

  Status put(std::string_view bytes, const Chain& chain, Instant expires) {
    Message message;
    message.identifier = alert_.identifier;
    message.sender = alert_.sender;
    message.warning = chain.warning.id;
    message.number = chain.warning.messages;
    message.type = std::string(codec::cap_text(alert_.type));
    message.sent = alert_.sent.at;
    message.expires = expires;
    message.by = alert_.sender;
    message.reason = cleaned(alert_.note);
    message.source = source_;
    message.findings = receipt_.findings;
    message.xml = std::string(bytes);
    if (auto done = put_message(db_, message); !done) return done;
    if (alert_.type == CapType::alert) return {};
    for (const CapReference& reference : alert_.references) {
      if (auto done = put_reference(db_, reference, chain.warning.id); !done) return done;
    }
    return {};
  }

  Database& db_;
  const WarningOptions& options_;
  const WarningGround& ground_;
  std::string source_;
  Instant now_;
  CapAlert alert_;
  Receipt receipt_;
};

}  // namespace

Result<Receipt> WarningDesk::receive(store::Ledger::Write& write, std::string_view bytes,
                                     const std::string& source, Instant now) {
  return Intake(write, options_, *ground(), shown(source, source_bytes), now).run(bytes);
}

}  // namespace cairn::respond
