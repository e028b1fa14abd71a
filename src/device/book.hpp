// SPDX-License-Identifier: Apache-2.0
// The register of devices in memory and in the ledger.
//
//   auto book = Book::open(ledger, {.random = random_bytes}, clock.now());
//   (*book)->contact({Protocol::mqtt, "pump-7"}, now);          // a door: memory only
//   (*book)->approve(id, target, {}, "accounts/li.wei", now);   // a person: on disk when it
//   returns
//   (*book)->keep(now);                                         // every second, by a thread of its
//   own
//
// What people do is on disk when it returns, with its line of history, in one transaction.
// Strangers are on disk a second later, counts a minute later or at stop: after a kill the
// counts of the last minute are gone, nothing else. Doors never wait for the disk.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "device/device.hpp"
#include "device/register.hpp"
#include "device/revocation.hpp"
#include "device/secret.hpp"
#include "store/ledger.hpp"

namespace cairn::device {

struct BookOptions {
  Random random;
  std::size_t waiting_most = 500;    // strangers of one protocol
  std::size_t of_peer_most = 50;     // of them from one address
  std::size_t samples_most = 1'000;  // faulty messages kept, for all vendors
  std::int64_t keep_counts_ns = 60 * ns_per_second;
};

struct NewDevice {
  Protocol protocol = Protocol::http;
  std::string identity;
  Facts facts;
  Target target;
  std::string secret;  // empty: none
  std::string note;
};

struct Approval {
  Target target;
  std::string note;
  std::optional<Facts> facts = {};  // none: they stay
  bool accept_offered = false;      // also the secret that it showed at its first contact
};

struct Query {
  std::optional<Status> status;
  std::optional<Protocol> protocol;
  std::optional<std::string> type;
  std::optional<std::string> vendor;
  std::optional<bool> silent;
  std::optional<bool> trouble;                               // within the last day
  std::string text;                                          // part of a name
  std::function<bool(std::string_view region)> shown = {};   // may be seen at all; "": no region
  std::function<bool(std::string_view region)> within = {};  // filter; none: everywhere
  std::size_t limit = 100;
  std::size_t offset = 0;
};

struct Page {
  std::vector<Listed> devices;
  std::size_t total = 0;
  std::array<std::size_t, 4> by_status{};  // of all that may be seen, as the next two
  std::size_t silent = 0;
  std::size_t trouble = 0;
};

struct Sample {
  Fault fault = Fault::framing;
  std::string what;
  std::string text;
  Instant at;
};
struct Vendor {
  std::string vendor;
  Protocol protocol = Protocol::http;
  std::uint64_t devices = 0;
  std::uint64_t good = 0;
  std::array<std::uint64_t, fault_kinds> faults{};
  std::vector<Sample> samples;
};

// What is to be told of a device as readings.
struct Report {
  std::string device;
  bool heard = false;        // since the last report of it
  std::int64_t missed = 0;   // expected intervals without a word; 0: it speaks
  bool tell_missed = false;  // it changed
  std::optional<std::int64_t> calibration_overdue_d;  // once a day; before it is due negative
};

class Book final : public Register {
 public:
  // `now`: silence is not counted before it, since nobody listened.
  static Result<std::unique_ptr<Book>> open(store::Ledger& ledger, BookOptions options,
                                            Instant now);
  ~Book() override;

  // Of doors; see Register.
  std::optional<Known> find(Protocol protocol, std::string_view identity) const override;
  bool accepts(std::string_view device, std::string_view secret) const override;
  void contact(const Contact& contact, Instant now) override;
  void heard(std::string_view device, std::uint64_t readings, std::optional<std::int64_t> offset_ns,
             Instant now) override;
  void fault(Protocol protocol, std::string_view device, std::string_view identity, Fault fault,
             std::string_view what, std::string_view sample, Instant now) override;
  // A stranger that showed a secret: its digest is kept, for approve().
  void contact(const Contact& contact, std::string_view secret, Instant now);
  void battery(std::string_view device, const Battery& battery);

  // A device of token doors (HTTP, MQTT, CoAP) by its name, or by the token alone. Not retired
  // ones.
  std::optional<Device> by_name(std::string_view name) const;
  std::optional<Device> by_token(std::string_view token) const;
  // Devices that write to things, by number: approved first, else blocked or retired; `none`.
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  std::uint32_t of_thing(std::string_view thing) const;
  std::uint32_t of_id(std::string_view id) const;
  struct Standing {
    Status status = Status::waiting;
    std::string id;
    std::string reason;
  };
  Status status(std::uint32_t device) const;
  Standing standing(std::uint32_t device) const;
  void heard_at(std::uint32_t device, std::uint64_t readings, Instant now);
  bool empty() const;

  // Of people. `actor` and `now` stand in the history.
  Result<Listed> add(const NewDevice& device, const std::string& actor, Instant now);
  // All or none: those that are there (by protocol and identity) are changed. `action`: "import".
  cairn::Status put(std::span<const NewDevice> devices, const std::string& actor, Instant now);
  using Edit = std::function<cairn::Status(Facts&)>;
  Result<Listed> change(const std::string& id, const Edit& edit, const std::string& note,
                        const std::string& actor, Instant now);
  Result<Listed> approve(const std::string& id, const Approval& approval, const std::string& actor,
                         Instant now);
  Result<Listed> block(const std::string& id, const std::string& reason, const std::string& actor,
                       Instant now);
  Result<Listed> retire(const std::string& id, const std::string& reason, const std::string& actor,
                        Instant now);
  // An empty secret: one is made. Returns it when it was.
  Result<std::string> set_secret(const std::string& id, const std::string& secret,
                                 const std::string& note, const std::string& actor, Instant now);
  // A line of its history alone: what it was ordered to do, what it reported.
  Result<Listed> note(const std::string& id, const std::string& action, const std::string& text,
                      const std::string& actor, Instant now);

  // Who is told at once when an approved device loses something; empty: nobody any more (waits for
  // a call that is under way).
  void on_revoked(Revoke revoke);

  std::optional<Listed> get(std::string_view id, Instant now) const;
  Page list(const Query& query, Instant now) const;
  std::vector<Vendor> vendors(const std::function<bool(std::string_view region)>& shown) const;
  Result<std::vector<Step>> history(const std::string& id, std::size_t most) const;
  // Approved ones with a thing, for what is made of them.
  std::vector<Device> approved() const;
  // The registry of things has changed: where they are now.
  void locate(const std::function<std::optional<Target>(const Device&)>& where);
  // Rises with every change that matters to the things made of devices.
  std::uint64_t generation() const;
  std::uint64_t dropped() const;  // strangers that there was no room for

  // Strangers, and counts that are old enough (all of them: `all`), to the disk.
  cairn::Status keep(Instant now, bool all = false);
  // What to tell as readings, at most `most`; each device once per expected interval, or hour.
  std::vector<Report> reports(Instant now, Date today, std::size_t most);
  // These did not arrive.
  void tell_again(std::span<const Report> reports);

 private:
  struct Entry;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <class T>
  using Map = std::unordered_map<std::string, T, Hash, std::equal_to<>>;

  Book(store::Ledger& ledger, BookOptions options, Instant now);
  cairn::Status load();
  std::uint32_t slot();                      // under unique mutex_, as the next three
  void enter(Device device, Counts counts);  // a new one
  void index(std::uint32_t at);
  void unindex(std::uint32_t at);
  bool make_room(Protocol protocol, Instant now);
  static void count_heard(Entry& entry, std::uint64_t readings, Instant now);  // its counts locked
  std::string new_id() const;
  std::uint32_t at_id(std::string_view id) const;  // under mutex_, as the next
  std::uint32_t at_identity(Protocol protocol, std::string_view identity) const;
  Listed listed(const Entry& entry, Instant now) const;
  bool silent(const Entry& entry, const Counts& counts, Instant now) const;
  std::optional<Report> report_of(Entry& entry, Instant now, std::int64_t day) const;
  // Writes devices with their steps, and puts them into memory.
  struct Written {
    Device device;
    Step step;
  };
  cairn::Status write(std::vector<Written> all);
  std::vector<Revocation> take(std::vector<Written> all);
  static std::optional<Revocation> lost(const Device& was, const Device& is);
  void drop_double(const Device& device);  // under unique mutex_, as the next
  void drop(std::uint32_t at);
  cairn::Status keep_counts();
  struct Strangers {
    std::vector<Device> fresh;
    std::vector<std::string> gone;
  };
  Strangers take_strangers();
  void give_back(Strangers strangers);
  static cairn::Status write_strangers(store::Database& db, const Strangers& strangers);
  Result<Listed> edit(const std::string& id, const std::string& actor, Instant now,
                      const std::function<Result<Step>(Device&)>& change);
  cairn::Status check(const NewDevice& device) const;
  Device made_of(const NewDevice& device, std::string id, const std::string& actor,
                 Instant now) const;
  void count_sample(const std::string& vendor, Protocol protocol, Sample sample);

  store::Ledger& ledger_;
  const BookOptions options_;
  const Instant opened_;
  std::mutex writing_;  // one change by people at a time; before mutex_
  std::mutex revoke_mutex_;
  Revoke revoke_;

  mutable std::shared_mutex mutex_;  // of all below, but an entry's counts
  std::deque<Entry> entries_;
  std::vector<std::uint32_t> free_;
  Map<std::uint32_t> by_id_;
  std::array<Map<std::uint32_t>, protocols> by_identity_;
  Map<std::vector<std::uint32_t>> by_thing_;
  Map<std::uint32_t> by_digest_;
  std::array<std::size_t, protocols> waiting_{};
  Map<std::size_t> waiting_of_peer_;
  std::vector<std::string> new_;   // strangers that are not on disk
  std::vector<std::string> gone_;  // that made room, and may be on disk
  std::uint64_t generation_ = 1;
  std::uint64_t dropped_ = 0;
  std::uint32_t reported_to_ = 0;  // where the next look for reports begins

  mutable std::mutex samples_mutex_;
  std::map<std::pair<std::string, Protocol>, std::map<Fault, Sample>> samples_;
  std::size_t samples_count_ = 0;
  // Of messages whose sender could not be read.
  std::array<std::array<std::uint64_t, fault_kinds>, protocols> nobody_{};

  std::mutex keeping_;  // of keep()
  Instant kept_;
};

}  // namespace cairn::device
