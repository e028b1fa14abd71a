// SPDX-License-Identifier: Apache-2.0
// The outbox in the ledger. One posting becomes one delivery a channel that carries it, fixed at
// the time of posting. A channel's deliveries go out by rising number; in a channel with lanes for
// recipients that holds for each of them, so that one bad address holds up nobody else.
// Nothing is ever dropped: what is not taken waits, and only a person can give it up.
//
//   auto outbox = StoredOutbox::open(ledger, {.channels = …, .regions = regions});
//   auto write = ledger.begin();
//   outbox->post(*write, {.topic = Topic::alert, .key = "group/7/1", …}, now);
//   write->commit();                           // couriers wake by themselves
//   auto next = outbox->next("mail", now);     // deliver it, then in a new write:
//   outbox->delivered(*write, **next, receipt, now);
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/region.hpp"
#include "respond/outbox.hpp"

namespace cairn::respond {

// So that a storm does not become a thousand mails: each recipient may get `burst` messages at
// once and one more every `interval_ns`; the rest is listed in the next one. Warnings, tests and
// what is urgent are never put into a digest.
struct DigestRule {
  int burst = 10;
  std::int64_t interval_ns = 60 * ns_per_second;
};

// Codes of the divisions that a posting is for: those of its CAP message, which says itself where
// it holds, more exactly than the one region above all of it; else its own.
std::vector<std::string> divisions_of(const Posting& posting);

// What the outbox knows of a channel.
struct ChannelRoute {
  std::string id;
  std::vector<Topic> topics = {};         // `test` goes everywhere, whether listed or not
  std::vector<std::string> regions = {};  // codes or zones; empty: everywhere
  bool enabled = true;
  bool by_recipient = false;  // a lane for each Posting::to
  std::optional<DigestRule> digest = {};
};

enum class DeliveryState : std::uint8_t {
  waiting,
  delivered,
  given_up,
  parked,  // waits to be listed in a digest
  listed,  // in a digest that waits
};
const char* to_string(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

struct StoredDelivery {
  Delivery delivery;
  DeliveryState state = DeliveryState::waiting;
  std::uint64_t digest = 0;  // number of the digest that lists it; 0: none
  std::string given_up_by;   // actor
  bool hold = false;         // waits for a person
};

// A channel's queue at a moment.
struct Queue {
  std::string channel;
  std::uint64_t waiting = 0;              // with what is parked or listed
  std::optional<Instant> oldest_waiting;  // when it was posted
  std::optional<Instant> last_delivery;
  std::optional<Instant> failing_since;  // no delivery has been taken since
  std::optional<Instant> last_trouble_at;
  std::string last_trouble;
  bool held = false;  // something waits for a person
  std::optional<Instant> test_posted;
  std::optional<Instant> test_at;  // when the last test ended or failed
  bool test_ok = false;
  std::string test_message;
};

class StoredOutbox final : public Outbox {
 public:
  struct Options {
    std::vector<ChannelRoute> channels;
    std::shared_ptr<const model::RegionTree> regions;  // shared: an import swaps it
    std::function<double()> random = {};               // in [0, 1); none: no jitter
    Zone zone = {8 * 3600};                            // of times in digests
  };
  static Result<std::unique_ptr<StoredOutbox>> open(store::Ledger& ledger, Options options);
  void rebind(std::shared_ptr<const model::RegionTree> regions);
  // Called within post() and retry(), so before the commit: the callee begins a write of its own,
  // which waits for it, and then looks. Must not block. Before anything is posted.
  void wake_with(std::function<void()> wake) { wake_ = std::move(wake); }

  Result<std::size_t> post(store::Ledger::Write& write, const Posting& posting,
                           Instant now) override;
  Result<std::vector<Delivery>> of(std::string_view subject) const override;
  // Channels that a posting would go to now.
  std::vector<std::string> carriers(const Posting& posting) const;

  // The first of the lanes' heads that is due.
  Result<std::optional<Delivery>> next(std::string_view channel, Instant now) const;
  // When the next one is due or a digest can be made; none: nothing waits.
  Result<std::optional<Instant>> due(std::string_view channel) const;
  // Makes the digests that may go now; how many.
  Result<std::size_t> gather(store::Ledger::Write& write, std::string_view channel, Instant now);
  Status delivered(store::Ledger::Write& write, const Delivery& delivery, const Attempt& attempt,
                   Instant now);
  // It waits again: 1 s, 2 s, … 1 min with jitter, or as long as the other side asked for.
  Status failed(store::Ledger::Write& write, const Delivery& delivery, const Attempt& attempt,
                Instant now);
  // By a person. Error: not_found, conflict when it does not wait, invalid without a reason.
  Status give_up(store::Ledger::Write& write, std::string_view channel, std::uint64_t number,
                 std::string_view by, std::string_view reason, Instant now);
  // At once; also what was given up. Error: not_found, conflict when it was delivered.
  Status retry(store::Ledger::Write& write, std::string_view channel, std::uint64_t number,
               Instant now);
  // A test of the channel through its queue; the one that waits already, when there is one.
  Result<std::uint64_t> test(store::Ledger::Write& write, std::string_view channel,
                             std::string_view by, Instant now);

  struct Filter {
    std::optional<DeliveryState> state = {};
    std::uint64_t before = 0;  // numbers below; 0: from the newest
    std::size_t limit = 50;
  };
  // The newest first.
  Result<std::vector<StoredDelivery>> deliveries(std::string_view channel,
                                                 const Filter& filter) const;
  Result<StoredDelivery> delivery(std::string_view channel, std::uint64_t number) const;
  // Of all channels, also of such as are no longer configured but have something waiting.
  Result<std::vector<Queue>> queues() const;
  Result<Queue> queue(std::string_view channel) const;
  // Forgets at most `most` of what ended before `before`; how many it were.
  Result<std::size_t> forget(store::Ledger::Write& write, Instant before, std::size_t most);

 private:
  StoredOutbox(store::Ledger& ledger, Options options);
  const ChannelRoute* route(std::string_view id) const;
  bool covers(const ChannelRoute& channel, const std::vector<std::string>& regions) const;
  Result<std::uint64_t> enqueue(store::Database& db, const ChannelRoute& channel,
                                const Posting& posting, std::int64_t id, Instant now);
  Result<bool> gather_lane(store::Database& db, const ChannelRoute& channel,
                           const std::string& lane, Instant now);
  std::int64_t wait_ns(int attempts) const;
  void wake() const;

  store::Ledger& ledger_;
  const std::vector<ChannelRoute> channels_;
  const std::function<double()> random_;
  const Zone zone_;
  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::shared_ptr<const model::RegionTree> regions_;  // under mutex; shared: an import swaps it
};

}  // namespace cairn::respond
