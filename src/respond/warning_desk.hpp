// SPDX-License-Identifier: Apache-2.0
// Warnings as CAP messages: made for every group of alerts, prepared and released for the public,
// received from others. docs/warnings.md tells what is sent when.
//
//   auto changed = desk.on_groups(*write, changes, now);      // the respond thread
//   auto draft = desk.prepare(wish, actor, now);              // a person looks at it …
//   auto released = desk.send(*write, wish, draft->digest, key, actor, now);   // … and releases it
//   auto receipt = desk.receive(*write, bytes, "of whom", now);  // commit whatever the outcome
//
// Everything that writes is part of the caller's transaction, with the postings to the outbox.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/cap_check.hpp"
#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"
#include "model/alert.hpp"
#include "model/workspace.hpp"
#include "respond/incident.hpp"
#include "respond/outbox.hpp"
#include "respond/reach.hpp"
#include "respond/spot.hpp"
#include "respond/warning.hpp"
#include "respond/warning_wish.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {

struct WarningOptions {
  std::string sender = "cairn@localhost";  // of CAP: globally one's own; no blank , < &
  Label sender_name{"Cairn", "Cairn"};
  std::string contact = {};
  std::string base_url = {};  // of the console, without a last '/'; empty: no web links
  bool exercise = false;      // a demonstration: nothing leaves as Actual
  std::string exercise_note = "演示数据，不是真实预警 / Demonstration, not a real warning";
  // How long a message counts unless renewed, by level.
  std::int64_t valid_ns[4] = {ns_per_day, ns_per_day, ns_per_day, ns_per_day};
  std::int64_t renew_ns = 3600 * ns_per_second;    // before it expires
  std::int64_t gather_ns = 300 * ns_per_second;    // between updates that are not worse
  std::int64_t cleared_ns = 3600 * ns_per_second;  // how long an all clear is shown
  double radius_m = 5000;                          // around the things of a group
  std::optional<Level> second_person_from = {};    // nothing: never
  std::int64_t second_person_ns = 600 * ns_per_second;
  std::size_t refused_kept = 1000;  // broken messages of others
  std::size_t message_bytes = 256 * 1024;

  // What comes from other desks and the registry. `inside` is the transaction that it is asked in;
  // null: what was committed. None may call the desk back.
  std::function<Label(const AlertGroup&, const store::Database* inside)> reason = {};
  std::function<std::vector<Spot>(const AlertGroup&, const store::Database* inside)> spots = {};
  std::function<std::optional<AlertGroup>(const std::string& id)> group = {};
  std::function<std::optional<Incident>(const std::string& id)> incident = {};
  // Asked when the desk is opened and at each rebind: places_of() a snapshot.
  std::function<std::vector<Place>()> places = {};
};

// A release that waits for a second person.
struct Awaiting {
  std::string id;
  Wish wish;
  std::string digest;
  std::string key;
  std::string by;
  Label headline;
  Level level = Level::blue;
  Instant at;
  Instant until;
};

// What a release led to.
struct Release {
  Warning warning;
  std::string identifier;  // of the message; empty while it awaits the second person
  std::size_t deliveries = 0;
  bool repeated = false;             // the key was used before: this is what it led to
  std::optional<Awaiting> awaiting;  // then nothing was sent yet
};

struct Receipt {
  enum class Outcome : std::uint8_t { accepted, duplicate, refused };
  Outcome outcome = Outcome::refused;
  std::string warning;
  std::string identifier;
  bool expired = false;
  std::string place;   // of a refused one
  std::string reason;  // likewise
  std::vector<std::string> findings;
};

// A message of others that was refused.
struct Refused {
  std::uint64_t number = 0;
  Instant at;
  std::string source;
  std::string text;  // as it came, cut
  std::string place;
  std::string reason;
  std::vector<std::string> findings;
};

struct WarningQuery {
  bool open = false;  // neither ended nor expired
  std::optional<WarningKind> kind = {};
  std::string region = {};  // code: in it or beneath
  std::string group = {};
  std::string incident = {};
  std::size_t limit = 100;
  std::size_t offset = 0;
};
struct WarningPage {
  std::vector<Warning> warnings;  // newest first
  std::size_t total = 0;
};

struct WarningGround;  // what follows from a workspace
struct KeyRow;         // what a key led to

class WarningDesk {
 public:
  using Options = WarningOptions;
  // `outbox` outlives the desk. Error: a sender that is none, tables that cannot be made.
  static Result<std::unique_ptr<WarningDesk>> open(
      store::Ledger& ledger, Outbox& outbox, std::shared_ptr<const model::Workspace> workspace,
      Options options);
  ~WarningDesk();
  void rebind(std::shared_ptr<const model::Workspace> workspace);
  const Options& options() const { return options_; }

  // The chains for those on duty. The warnings that got a message.
  Result<std::vector<Warning>> on_groups(store::Ledger::Write& write,
                                         std::span<const GroupChange> changes, Instant now);
  // Updates that were gathered, renewals, releases that nobody confirmed.
  Result<std::vector<Warning>> tick(store::Ledger::Write& write, Instant now);

  // For the public. Errors: invalid with a JSON pointer into the wish, not_found.
  Result<Draft> prepare(const Wish& wish, Instant now) const;
  // Errors: invalid (the check forbids it), denied (a county in which the actor may not), conflict
  // (the digest is not that of what would be sent now: says what changed).
  Result<Release> send(store::Ledger::Write& write, const Wish& wish, const std::string& digest,
                       const std::string& key, const model::Actor& actor, Instant now);
  // What an earlier send() under this key led to; nothing when it is new. Error: conflict when it
  // was another release.
  Result<std::optional<Release>> released(const std::string& key, const std::string& digest,
                                          const model::Actor& actor) const;
  // By a second person. Errors: not_found (or too late), denied (the same person), as send.
  Result<Release> confirm(store::Ledger::Write& write, const std::string& awaiting,
                          const std::string& digest, const model::Actor& actor, Instant now);
  Status decline(store::Ledger::Write& write, const std::string& awaiting,
                 const model::Actor& actor, Instant now);
  Result<std::vector<Awaiting>> awaiting(Instant now) const;
  // Whether a release of that level waits for a second person.
  bool wants_second(WarningAct act, Level level) const;
  // Counties of a draft in which the actor may not send; "" where it lies in none.
  std::vector<std::string> forbidden(const Draft& draft, const model::Actor& actor) const;

  // Of others. A refused message is kept too: commit in any case. An error is one of the ledger.
  Result<Receipt> receive(store::Ledger::Write& write, std::string_view bytes,
                          const std::string& source, Instant now);
  Result<std::vector<Refused>> refused(std::uint64_t before, std::size_t limit) const;

  Result<WarningPage> list(const WarningQuery& query, Instant now) const;
  Result<std::optional<Warning>> find(const std::string& id) const;
  Result<std::vector<Message>> messages(const std::string& warning) const;
  Result<std::optional<Message>> message(const std::string& identifier) const;  // of our own
  // Newest first: of a kind, for feeds.
  Result<std::vector<Message>> newest(WarningKind kind, std::size_t limit) const;
  // One alert as a message of its own, made on the fly.
  Result<std::string> cap_of(const model::Alert& alert, const Spot& spot, const Label& reason,
                             Instant now) const;

 private:
  WarningDesk(store::Ledger& ledger, Outbox& outbox, Options options);
  std::shared_ptr<const WarningGround> ground() const;
  Result<Release> release(store::Ledger::Write& write, const Wish& wish, const std::string& by,
                          Instant now);
  Status may_release(const Draft& draft, const std::string& digest,
                     const model::Actor& actor) const;
  Result<Release> repeated(const store::Database& db, const KeyRow& row,
                           const std::string& digest) const;

  store::Ledger& ledger_;
  Outbox& outbox_;
  const Options options_;
  mutable std::mutex mutex_;
  std::shared_ptr<const WarningGround> ground_;  // under mutex; shared: readers keep theirs
};

}  // namespace cairn::respond
