// SPDX-License-Identifier: Apache-2.0
// Incidents from their opening to a proven end. Each is an instance of its workflow; what happens
// to it is an entry with actor, reason and time, and nothing is ever taken back.
//
//   auto write = ledger.begin();
//   auto opened = desk.open(*write, {.kind = "slope_movement", .region = "513428"}, actor, now);
//   auto done = desk.act(*write, opened->incident, {.event = "accept", .version = 3}, actor, now);
//   write->commit();                       // with all messages that follow from it
//
// Who may do what is the caller's business (`rights` tells which action an event is); that somebody
// known did it, for a reason, and that nobody checks his own work is the desk's. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/actor.hpp"
#include "model/response.hpp"
#include "respond/group.hpp"
#include "respond/incident.hpp"
#include "respond/outbox.hpp"
#include "store/ledger.hpp"

namespace cairn::model {
struct Workspace;
}

namespace cairn::respond {

class IncidentBook;  // workflows and calendars of the packs, ready to run

struct NewIncident {
  std::string kind;  // model::IncidentKind
  Origin origin = Origin::officer;
  std::string title = {};   // empty: made of kind and place
  std::string text = {};    // for all who work on it
  std::string region = {};  // code of the smallest division known
  std::optional<geo::Point> position = {};
  bool estimated = false;  // the position is
  std::string group = {};  // of alerts; empty: none
  std::optional<Level> level = {};
  Reporter reporter = {};  // empty: none
  // The same key of the same actor opens one incident; empty: always a new one.
  std::string key = {};
};

struct Command {
  std::string event;
  std::map<std::string, std::string> fields;  // reason, unit, text, of, place
  std::uint64_t version = 0;                  // Incident::version it was decided upon
  std::string key;                            // the same key of the same actor is done once
};

// What a command did. The same for every repetition under one key.
struct Outcome {
  std::string incident;
  std::uint64_t entry = 0;          // number of the entry it became
  std::vector<std::string> states;  // the leaves after it
  std::string refusal;              // it moved nothing, for this reason; the attempt is on record
  bool repeated = false;            // it had been done before
};

// Bytes on disk that no incident has yet.
struct KeptFile {
  std::string sha256;
  std::string name;
  std::string type;  // media type, by the bytes
  std::uint64_t size_bytes = 0;
  bool personal = false;
};

// Which right an event needs: any one of `actions`.
struct EventRight {
  std::vector<model::Action> actions;  // of persons; empty: only the reporter or the program
  bool reporter = false;               // the reporter may
  std::string region;
  std::string unit;  // who has it
};

struct DeadlineLine {
  std::string state;
  Label label;
  Label allowance;
  std::string calendar;  // its id
  Label calendar_label;
  flow::DeadlineStatus status;
};

struct IncidentView {
  Incident incident;
  std::vector<Entry> entries;
  std::vector<Evidence> evidence;
  Reporter reporter;                    // empty: none
  std::vector<DeadlineLine> deadlines;  // that are running
  std::vector<Choice> choices;
};

struct IncidentQuery {
  std::optional<bool> open;
  std::string region;  // in it or beneath; a zone also
  std::string unit;
  std::vector<std::string> units;  // any of them; empty: all
  std::string kind;
  std::string group;
  std::optional<flow::Light> light;              // this one or worse
  std::string words;                             // in number, title or text
  std::function<bool(const Incident&)> visible;  // for the asker; none: all
  std::size_t limit = 100;
  std::size_t offset = 0;
};
struct IncidentPage {
  std::vector<Incident> incidents;  // the worst light first, then the next deadline
  std::size_t total = 0;
};

// One line of the board: what a unit has.
struct UnitLoad {
  std::string unit;  // empty: nobody has them yet
  std::size_t open = 0;
  std::size_t yellow = 0;
  std::size_t red = 0;
  std::size_t overdue = 0;
  std::size_t paused = 0;
  std::optional<Instant> oldest;  // opened
};

class IncidentDesk {
 public:
  struct Options {
    Files& files;
    Outbox& outbox;
    std::shared_ptr<const model::Workspace> workspace;  // shared: swapped by rebind
  };
  // Error: a workflow or calendar of the packs does not read, or asks what the desk cannot do.
  static Result<std::unique_ptr<IncidentDesk>> open(store::Ledger& ledger, Options options);
  ~IncidentDesk();
  // After an import. On an error the former stay.
  Status rebind(std::shared_ptr<const model::Workspace> workspace);

  // Error: invalid (kind, region, no words), denied (nobody), conflict (the key means another one).
  Result<Outcome> open(store::Ledger::Write& write, const NewIncident& what,
                       const model::Actor& actor, Instant now);
  // Error: not_found, denied (nobody, not independent of the work), conflict (others were first:
  // see entries_after; the key means another command), invalid (no such event, a field is missing).
  Result<Outcome> act(store::Ledger::Write& write, std::string_view incident,
                      const Command& command, const model::Actor& actor, Instant now);
  Result<Outcome> note(store::Ledger::Write& write, std::string_view incident,
                       const std::string& text, const model::Actor& actor, Instant now,
                       const std::string& key = {});
  // Name, phone and mail are erased; the words stay, as the matter itself.
  Status forget_reporter(store::Ledger::Write& write, std::string_view incident, Instant now);
  // Any other line of the record: a message of a warning, a receipt.
  Result<Outcome> record(store::Ledger::Write& write, std::string_view incident, Entry entry,
                         Instant now);

  // Puts bytes on disk, before any transaction. `personal`: a reporter's; pictures lose what the
  // camera wrote into them. Error: invalid (a kind of file that is not taken), too_large.
  Result<KeptFile> keep(std::string_view bytes, std::string_view name, bool personal);
  // The same file of the same incident twice is one.
  Result<Outcome> attach(store::Ledger::Write& write, std::string_view incident,
                         const KeptFile& file, const model::Actor& actor, Instant now);
  struct FileBytes {
    Evidence evidence;
    std::string bytes;
  };
  Result<FileBytes> file(std::string_view incident, std::string_view sha256) const;

  // Opens and annotates what follows from changed groups of alerts.
  Status on_groups(store::Ledger::Write& write, std::span<const GroupChange> changes, Instant now);
  // Whatever has fallen due: sends, escalations, lights. True: there is more, come again at once.
  Result<bool> tick(store::Ledger::Write& write, Instant now);

  Result<Incident> find(std::string_view incident) const;
  // With what `actor` may do next, as far as the workflow and the record say.
  Result<IncidentView> view(std::string_view incident, const model::Actor& actor,
                            Instant now) const;
  Result<IncidentPage> list(const IncidentQuery& query) const;
  Result<std::vector<UnitLoad>> board(const IncidentQuery& query) const;
  Result<std::vector<Entry>> entries_after(std::string_view incident, std::uint64_t number) const;
  Result<EventRight> rights(std::string_view incident, std::string_view event) const;
  // The incident of a group of alerts; empty: none.
  Result<std::string> of_group(std::string_view group) const;
  // The same within a transaction under way.
  Result<std::string> of_group(store::Ledger::Write& write, std::string_view group) const;

  // Those that got an entry after `cursor`, which moves on: for those who tell the browsers.
  Result<std::vector<Incident>> changed(std::uint64_t& cursor, std::size_t most) const;
  Result<std::uint64_t> newest_change() const;

  std::shared_ptr<const IncidentBook> book() const;  // shared: as rebind
  std::shared_ptr<const model::Workspace> workspace() const;

 private:
  IncidentDesk(store::Ledger& ledger, Options options);
  store::Ledger& ledger_;
  Files& files_;
  Outbox& outbox_;
  mutable std::mutex mutex_;
  std::shared_ptr<const IncidentBook> book_;  // under mutex
};

// "3 个工作日", "3 working days".
Label allowance_label(flow::Allowance allowance);

// The reporter of an incident, who has no account: has shown the secret of its number.
model::Actor reporter_of(std::string_view incident);

}  // namespace cairn::respond
