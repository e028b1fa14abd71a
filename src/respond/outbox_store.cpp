// SPDX-License-Identifier: Apache-2.0
#include "respond/outbox_store.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/cap_read.hpp"
#include "core/text.hpp"
#include "respond/detail/outbox_rows.hpp"
#include "respond/webhook_signature.hpp"

namespace cairn::respond {

using store::Database;
using store::Ledger;

namespace {

constexpr const char* tables = R"sql(
CREATE TABLE outbox_posting (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, subject TEXT NOT NULL,
  region TEXT NOT NULL, recipient TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
  cap_xml TEXT NOT NULL, json TEXT NOT NULL, urgent INTEGER NOT NULL, status TEXT NOT NULL,
  posted INTEGER NOT NULL);
CREATE INDEX outbox_posting_subject ON outbox_posting (subject, id);
CREATE INDEX outbox_posting_posted ON outbox_posting (posted);
CREATE TABLE outbox_delivery (
  channel TEXT NOT NULL, number INTEGER NOT NULL,
  posting INTEGER NOT NULL REFERENCES outbox_posting (id), delivery TEXT NOT NULL,
  lane TEXT NOT NULL, state INTEGER NOT NULL, digest INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL, hold INTEGER NOT NULL DEFAULT 0,
  ended INTEGER, given_up_by TEXT NOT NULL DEFAULT '', trouble TEXT NOT NULL DEFAULT '',
  receipt TEXT NOT NULL DEFAULT '', progress TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (channel, number)) WITHOUT ROWID;
CREATE INDEX outbox_waiting ON outbox_delivery (channel, lane, number) WHERE state = 0;
CREATE INDEX outbox_parked ON outbox_delivery (channel, lane, number) WHERE state = 3;
CREATE INDEX outbox_open ON outbox_delivery (channel, number) WHERE ended IS NULL;
CREATE INDEX outbox_ended ON outbox_delivery (ended) WHERE ended IS NOT NULL;
CREATE INDEX outbox_listed ON outbox_delivery (channel, digest) WHERE digest > 0;
CREATE INDEX outbox_of ON outbox_delivery (posting);
CREATE TABLE outbox_channel (
  id TEXT PRIMARY KEY, last_number INTEGER NOT NULL DEFAULT 0, last_delivery INTEGER,
  failing_since INTEGER, trouble_at INTEGER, trouble TEXT NOT NULL DEFAULT '',
  test_posted INTEGER, test_at INTEGER, test_ok INTEGER NOT NULL DEFAULT 0,
  test_message TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE outbox_bucket (
  channel TEXT NOT NULL, lane TEXT NOT NULL, full INTEGER NOT NULL,
  PRIMARY KEY (channel, lane)) WITHOUT ROWID;
)sql";
constexpr std::array steps{tables};

// Of a recipient with a space in front, so that no address can be it.
constexpr std::string_view test_lane = " test";
constexpr std::int64_t first_wait_ns = ns_per_second;
constexpr std::int64_t longest_wait_ns = 60 * ns_per_second;
// What the other side may ask for.
constexpr std::int64_t longest_asked_ns = 3'600 * ns_per_second;
constexpr double jitter_share = 0.3;

// A line a digest can carry; the rest goes into the next one.
constexpr std::int64_t digest_lines = 500;

std::string lane_of(const ChannelRoute& channel, const Posting& posting) {
  if (posting.topic == Topic::test) return std::string(test_lane);
  return channel.by_recipient ? posting.to : std::string();
}

bool goes_into_digest(const Posting& posting) {
  return !posting.urgent && (posting.topic == Topic::alert || posting.topic == Topic::incident);
}

// Takes a token of the recipient's bucket, when there is one. `full` is when the bucket will be
// full again: all of its state.
Result<bool> take_token(Database& db, const DigestRule& rule, std::string_view channel,
                        std::string_view lane, Instant now) {
  auto find = db.prepare("SELECT full FROM outbox_bucket WHERE channel = ? AND lane = ?");
  if (!find) return fail(find.error());
  const auto row = find->bind(1, channel).bind(2, lane).step();
  if (!row) return fail(row.error());
  const Instant full = *row ? std::max(now, Instant{find->integer(0)}) : now;
  if (full.ns - now.ns > (rule.burst - 1) * rule.interval_ns) return false;
  auto keep = db.prepare(
      "INSERT OR REPLACE INTO outbox_bucket (channel, lane, full) "
      "VALUES (?, ?, ?)");
  if (!keep) return fail(keep.error());
  if (auto done = keep->bind(1, channel).bind(2, lane).bind(3, (full + rule.interval_ns).ns).run();
      !done) {
    return fail(done.error());
  }
  return true;
}

Result<bool> any(Database& db, std::string_view sql, std::string_view channel,
                 std::string_view lane) {
  auto find = db.prepare(sql);
  if (!find) return fail(find.error());
  return find->bind(1, channel).bind(2, lane).step();
}
Result<bool> any_parked(Database& db, std::string_view channel, std::string_view lane) {
  return any(db,
             "SELECT 1 FROM outbox_delivery WHERE channel = ? AND lane = ? AND state = 3 LIMIT 1",
             channel, lane);
}

Result<std::uint64_t> new_number(Database& db, std::string_view channel) {
  auto raise = db.prepare(
      "INSERT INTO outbox_channel (id, last_number) VALUES (?, 1) "
      "ON CONFLICT (id) DO UPDATE SET last_number = last_number + 1");
  if (!raise) return fail(raise.error());
  if (auto done = raise->bind(1, channel).run(); !done) return fail(done.error());
  auto find = db.prepare("SELECT last_number FROM outbox_channel WHERE id = ?");
  if (!find) return fail(find.error());
  const auto row = find->bind(1, channel).step();
  if (!row) return fail(row.error());
  return static_cast<std::uint64_t>(find->integer(0));
}

// 0: that key was posted before.
Result<std::int64_t> add_posting(Database& db, const Posting& posting, Instant now) {
  auto add = db.prepare(
      "INSERT OR IGNORE INTO outbox_posting (key, topic, subject, region, "
      "recipient, title, text, cap_xml, json, urgent, status, posted) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!add) return fail(add.error());
  add->bind(1, posting.key).bind(2, to_string(posting.topic)).bind(3, posting.subject);
  add->bind(4, posting.region).bind(5, posting.to).bind(6, posting.title).bind(7, posting.text);
  add->bind(8, posting.cap_xml).bind(9, posting.json);
  add->bind(10, std::int64_t{posting.urgent}).bind(11, posting.status).bind(12, now.ns);
  if (auto done = add->run(); !done) return fail(done.error());
  return db.changes() == 0 ? 0 : db.last_id();
}

// The same at every attempt, another one for every delivery that ever was.
std::string delivery_id(std::string_view channel, std::uint64_t number, std::string_view key,
                        Instant posted) {
  constexpr std::size_t characters = 32;
  return sha256_hex(format("{}\n{}\n{}\n{}", channel, number, key, posted.ns))
      .substr(0, characters);
}

Result<std::uint64_t> add_delivery(Database& db, std::string_view channel, const Posting& posting,
                                   std::int64_t id, std::string_view lane, DeliveryState state,
                                   Instant now) {
  const auto number = new_number(db, channel);
  if (!number) return fail(number.error());
  auto add = db.prepare(
      "INSERT INTO outbox_delivery (channel, number, posting, delivery, lane, "
      "state, next) VALUES (?, ?, ?, ?, ?, ?, ?)");
  if (!add) return fail(add.error());
  add->bind(1, channel).bind(2, static_cast<std::int64_t>(*number)).bind(3, id);
  add->bind(4, delivery_id(channel, *number, posting.key, now)).bind(5, lane);
  add->bind(6, static_cast<std::int64_t>(state)).bind(7, now.ns);
  if (auto done = add->run(); !done) return fail(done.error());
  return *number;
}

Status note_test_posted(Database& db, std::string_view channel, Instant now) {
  auto note = db.prepare("UPDATE outbox_channel SET test_posted = ? WHERE id = ?");
  if (!note) return fail(note.error());
  return note->bind(1, now.ns).bind(2, channel).run();
}
Status note_test_ended(Database& db, const Delivery& delivery, bool ok, std::string_view message,
                       Instant now) {
  if (delivery.posting.topic != Topic::test) return {};
  auto note = db.prepare(
      "UPDATE outbox_channel SET test_at = ?, test_ok = ?, test_message = ? "
      "WHERE id = ?");
  if (!note) return fail(note.error());
  return note->bind(1, now.ns)
      .bind(2, std::int64_t{ok})
      .bind(3, message)
      .bind(4, delivery.channel)
      .run();
}

// What a digest lists goes the way of the digest.
Status carry_listed(Database& db, std::string_view channel, std::uint64_t digest,
                    DeliveryState state, Instant now) {
  const bool open = state == DeliveryState::listed;
  auto carry = db.prepare(
      "UPDATE outbox_delivery SET state = ?, ended = ?, receipt = ? "
      "WHERE channel = ? AND digest = ? AND digest > 0");
  if (!carry) return fail(carry.error());
  carry->bind(1, static_cast<std::int64_t>(state));
  open ? carry->bind_null(2) : carry->bind(2, now.ns);
  carry->bind(3,
              state == DeliveryState::delivered ? format("in digest {}", digest) : std::string());
  return carry->bind(4, channel).bind(5, static_cast<std::int64_t>(digest)).run();
}

}  // namespace

Result<std::unique_ptr<StoredOutbox>> StoredOutbox::open(Ledger& ledger, Options options) {
  if (auto ready = ledger.ensure({"outbox", steps}); !ready) return fail(ready.error());
  return std::unique_ptr<StoredOutbox>(new StoredOutbox(ledger, std::move(options)));
}

StoredOutbox::StoredOutbox(Ledger& ledger, Options options)
    : ledger_(ledger),
      channels_(std::move(options.channels)),
      random_(std::move(options.random)),
      zone_(options.zone),
      regions_(std::move(options.regions)) {}

void StoredOutbox::rebind(std::shared_ptr<const model::RegionTree> regions) {
  const std::lock_guard lock(mutex_);
  regions_ = std::move(regions);
}

void StoredOutbox::wake() const {
  if (wake_) wake_();
}

std::vector<std::string> divisions_of(const Posting& posting) {
  std::vector<std::string> out;
  if (!posting.cap_xml.empty()) {
    if (const auto alert = codec::read_cap(posting.cap_xml)) {
      for (const codec::CapInfo& info : alert->infos) {
        for (const codec::CapArea& area : info.areas) {
          for (const codec::CapValue& code : area.geocodes) {
            if (code.name == codec::cap_geocode_division) out.push_back(code.value);
          }
        }
      }
    }
    std::ranges::sort(out);
    out.erase(std::ranges::unique(out).begin(), out.end());
  }
  if (out.empty() && !posting.region.empty()) out.push_back(posting.region);
  return out;
}

const ChannelRoute* StoredOutbox::route(std::string_view id) const {
  const auto at = std::ranges::find(channels_, id, &ChannelRoute::id);
  return at == channels_.end() ? nullptr : &*at;
}

// A message for a prefecture concerns the counties beneath it, and one for a town its county.
bool StoredOutbox::covers(const ChannelRoute& channel,
                          const std::vector<std::string>& regions) const {
  if (channel.regions.empty()) return true;
  std::shared_ptr<const model::RegionTree> tree;
  {
    const std::lock_guard lock(mutex_);
    tree = regions_;
  }
  for (const std::string& code : regions) {
    const auto asked = tree ? tree->find(code) : model::no_region;
    for (const std::string& own : channel.regions) {
      if (own == code) return true;
      const auto covered = tree ? tree->find(own) : model::no_region;
      if (asked == model::no_region || covered == model::no_region) continue;
      if (tree->within(asked, covered) || tree->within(covered, asked)) return true;
    }
  }
  return false;
}

std::vector<std::string> StoredOutbox::carriers(const Posting& posting) const {
  std::vector<std::string> out;
  if (!posting.channel.empty()) {
    const ChannelRoute* named = route(posting.channel);
    if (named != nullptr && named->enabled) out.push_back(named->id);
    return out;
  }
  const std::vector<std::string> regions = divisions_of(posting);
  for (const ChannelRoute& channel : channels_) {
    if (!channel.enabled ||
        std::ranges::find(channel.topics, posting.topic) == channel.topics.end()) {
      continue;
    }
    if (covers(channel, regions)) out.push_back(channel.id);
  }
  return out;
}

Result<std::size_t> StoredOutbox::post(Ledger::Write& write, const Posting& posting, Instant now) {
  if (posting.key.empty()) return fail(Code::invalid, "a posting needs a key", "key");
  const auto id = add_posting(write.db(), posting, now);
  if (!id) return fail(id.error());
  if (*id == 0) return 0;
  const std::vector<std::string> channels = carriers(posting);
  for (const std::string& channel : channels) {
    const auto number = enqueue(write.db(), *route(channel), posting, *id, now);
    if (!number) return fail(number.error());
  }
  if (!channels.empty()) wake();
  return channels.size();
}

Result<std::uint64_t> StoredOutbox::enqueue(Database& db, const ChannelRoute& channel,
                                            const Posting& posting, std::int64_t id, Instant now) {
  const std::string lane = lane_of(channel, posting);
  DeliveryState state = DeliveryState::waiting;
  if (channel.digest && goes_into_digest(posting)) {
    const auto parked = any_parked(db, channel.id, lane);  // what is parked goes first
    if (!parked) return fail(parked.error());
    const auto token =
        *parked ? Result<bool>(false) : take_token(db, *channel.digest, channel.id, lane, now);
    if (!token) return fail(token.error());
    if (!*token) state = DeliveryState::parked;
  }
  return add_delivery(db, channel.id, posting, id, lane, state, now);
}

Result<std::size_t> StoredOutbox::gather(Ledger::Write& write, std::string_view id, Instant now) {
  const ChannelRoute* channel = route(id);
  if (channel == nullptr || !channel->digest) return 0;
  std::vector<std::string> lanes;
  {
    auto find = write.db().prepare(
        "SELECT DISTINCT lane FROM outbox_delivery WHERE channel = ? AND state = 3");
    if (!find) return fail(find.error());
    find->bind(1, id);
    while (true) {
      const auto row = find->step();
      if (!row) return fail(row.error());
      if (!*row) break;
      lanes.push_back(find->text(0));
    }
  }
  std::size_t made = 0;
  for (const std::string& lane : lanes) {
    const auto done = gather_lane(write.db(), *channel, lane, now);
    if (!done) return fail(done.error());
    made += *done ? 1 : 0;
  }
  return made;
}

Result<bool> StoredOutbox::gather_lane(Database& db, const ChannelRoute& channel,
                                       const std::string& lane, Instant now) {
  // One digest at a time: while it waits, what comes is listed in the next.
  const auto waits =
      any(db,
          "SELECT 1 FROM outbox_delivery d JOIN outbox_posting p ON p.id = d.posting"
          " WHERE d.channel = ? AND d.lane = ? AND d.state = 0 AND p.key >= 'digest/'"
          " AND p.key < 'digest0' LIMIT 1",
          channel.id, lane);
  if (!waits) return fail(waits.error());
  if (*waits) return false;
  const auto token = take_token(db, *channel.digest, channel.id, lane, now);
  if (!token) return fail(token.error());
  if (!*token) return false;
  const auto parked = parked_rows(db, channel.id, lane, digest_lines);
  if (!parked) return fail(parked.error());
  if (parked->empty()) return false;
  const Posting digest = digest_of(*parked, channel.id, zone_);
  const auto id = add_posting(db, digest, now);
  if (!id) return fail(id.error());
  const auto number = add_delivery(db, channel.id, digest, *id, lane, DeliveryState::waiting, now);
  if (!number) return fail(number.error());
  auto list = db.prepare(
      "UPDATE outbox_delivery SET state = 4, digest = ? WHERE channel = ? "
      "AND lane = ? AND state = 3 AND number <= ?");
  if (!list) return fail(list.error());
  list->bind(1, static_cast<std::int64_t>(*number)).bind(2, channel.id).bind(3, lane);
  list->bind(4, static_cast<std::int64_t>(parked->back().delivery.number));
  if (auto done = list->run(); !done) return fail(done.error());
  return true;
}

std::int64_t StoredOutbox::wait_ns(int attempts) const {
  constexpr int doublings = 9;  // beyond the longest wait
  const std::int64_t wait =
      std::min(longest_wait_ns, first_wait_ns << std::min(std::max(attempts - 1, 0), doublings));
  const double less = random_ ? jitter_share * random_() : 0;
  return wait - static_cast<std::int64_t>(static_cast<double>(wait) * less);
}

Status StoredOutbox::delivered(Ledger::Write& write, const Delivery& delivery,
                               const Attempt& attempt, Instant now) {
  const std::string receipt = one_line(attempt.receipt);
  // Also of what a person gave up while it was under way: it has been taken.
  auto end = write.db().prepare(
      "UPDATE outbox_delivery SET state = 1, ended = ?, hold = 0, "
      "attempts = attempts + 1, receipt = ?, trouble = '', progress = ? "
      "WHERE channel = ? AND number = ? AND state IN (0, 2)");
  if (!end) return fail(end.error());
  end->bind(1, now.ns).bind(2, receipt).bind(3, attempt.progress).bind(4, delivery.channel);
  if (auto done = end->bind(5, static_cast<std::int64_t>(delivery.number)).run(); !done)
    return done;
  auto note = write.db().prepare(
      "UPDATE outbox_channel SET last_delivery = ?, failing_since = NULL "
      "WHERE id = ?");
  if (!note) return fail(note.error());
  if (auto done = note->bind(1, now.ns).bind(2, delivery.channel).run(); !done) return done;
  if (auto done = carry_listed(write.db(), delivery.channel, delivery.number,
                               DeliveryState::delivered, now);
      !done) {
    return done;
  }
  return note_test_ended(write.db(), delivery, true, receipt, now);
}

Status StoredOutbox::failed(Ledger::Write& write, const Delivery& delivery, const Attempt& attempt,
                            Instant now) {
  const std::string trouble = one_line(attempt.trouble);
  Instant next = now + wait_ns(delivery.attempts + 1);
  if (attempt.retry_after_ns) {
    next = std::max(next, now + std::min(*attempt.retry_after_ns, longest_asked_ns));
  }
  if (attempt.hold) next = Instant::max();
  auto wait = write.db().prepare(
      "UPDATE outbox_delivery SET attempts = attempts + 1, next = ?, "
      "hold = ?, trouble = ?, progress = ? "
      "WHERE channel = ? AND number = ? AND state = 0");
  if (!wait) return fail(wait.error());
  wait->bind(1, next.ns).bind(2, std::int64_t{attempt.hold}).bind(3, trouble);
  wait->bind(4, attempt.progress).bind(5, delivery.channel);
  wait->bind(6, static_cast<std::int64_t>(delivery.number));
  if (auto done = wait->run(); !done) return done;
  auto note = write.db().prepare(
      "UPDATE outbox_channel SET failing_since = "
      "COALESCE(failing_since, ?1), trouble_at = ?1, trouble = ?2 "
      "WHERE id = ?3");
  if (!note) return fail(note.error());
  if (auto done = note->bind(1, now.ns).bind(2, trouble).bind(3, delivery.channel).run(); !done) {
    return done;
  }
  return note_test_ended(write.db(), delivery, false, trouble, now);
}

Status StoredOutbox::give_up(Ledger::Write& write, std::string_view channel, std::uint64_t number,
                             std::string_view by, std::string_view reason, Instant now) {
  if (trim(reason).empty()) {
    return fail(Code::invalid, "say why it is given up", "/reason");
  }
  const auto found = find_delivery(write.db(), channel, number);
  if (!found) return fail(found.error());
  if (found->state == DeliveryState::listed) {
    return fail(Code::conflict, format("digest {} lists it: give up that one", found->digest));
  }
  if (found->state != DeliveryState::waiting && found->state != DeliveryState::parked) {
    return fail(Code::conflict, format("it is {} already", to_string(found->state)));
  }
  auto end = write.db().prepare(
      "UPDATE outbox_delivery SET state = 2, ended = ?, hold = 0, "
      "given_up_by = ?, trouble = ? WHERE channel = ? AND number = ?");
  if (!end) return fail(end.error());
  end->bind(1, now.ns).bind(2, by).bind(3, one_line(reason)).bind(4, channel);
  if (auto done = end->bind(5, static_cast<std::int64_t>(number)).run(); !done) return done;
  wake();
  return carry_listed(write.db(), channel, number, DeliveryState::given_up, now);
}

Status StoredOutbox::retry(Ledger::Write& write, std::string_view channel, std::uint64_t number,
                           Instant now) {
  const auto found = find_delivery(write.db(), channel, number);
  if (!found) return fail(found.error());
  if (found->state != DeliveryState::waiting && found->state != DeliveryState::given_up) {
    return fail(Code::conflict, format("it is {}", to_string(found->state)));
  }
  if (found->digest != 0) {
    return fail(Code::conflict, format("digest {} lists it: try that one", found->digest));
  }
  auto wait = write.db().prepare(
      "UPDATE outbox_delivery SET state = 0, ended = NULL, hold = 0, "
      "given_up_by = '', next = ? WHERE channel = ? AND number = ?");
  if (!wait) return fail(wait.error());
  wait->bind(1, now.ns).bind(2, channel).bind(3, static_cast<std::int64_t>(number));
  if (auto done = wait->run(); !done) return done;
  wake();
  return carry_listed(write.db(), channel, number, DeliveryState::listed, now);
}

Result<std::uint64_t> StoredOutbox::test(Ledger::Write& write, std::string_view id,
                                         std::string_view by, Instant now) {
  const ChannelRoute* channel = route(id);
  if (channel == nullptr) return fail(Code::not_found, format("there is no channel '{}'", id));
  if (!channel->enabled) return fail(Code::conflict, format("channel '{}' is switched off", id));
  std::uint64_t waiting = 0;
  {
    auto find = write.db().prepare(
        "SELECT min(number) FROM outbox_delivery WHERE channel = ? "
        "AND lane = ? AND state = 0");
    if (!find) return fail(find.error());
    const auto row = find->bind(1, id).bind(2, test_lane).step();
    if (!row) return fail(row.error());
    waiting = static_cast<std::uint64_t>(find->integer(0));
  }
  if (waiting != 0) {
    if (auto done = retry(write, id, waiting, now); !done) return fail(done.error());
    return waiting;
  }
  const Posting posting{.channel = std::string(id),
                        .topic = Topic::test,
                        .key = format("test/{}/{}", id, now.ns),
                        .subject = format("channel/{}", id),
                        .region = {},
                        .to = {},
                        .title = "渠道测试，请勿理会 · Channel test, please ignore",
                        .text = format("这是一条测试消息，证明渠道“{0}”畅通。触发者：{1}。\n"
                                       "This is a test: it proves that channel '{0}' works. "
                                       "Asked for by {1}.",
                                       id, by),
                        .cap_xml = {},
                        .json = {},
                        .urgent = false,
                        .status = "Test"};
  const auto row = add_posting(write.db(), posting, now);
  if (!row) return fail(row.error());
  if (*row == 0) return fail(Code::conflict, "a test was asked for at this moment already");
  const auto number =
      add_delivery(write.db(), id, posting, *row, test_lane, DeliveryState::waiting, now);
  if (!number) return fail(number.error());
  if (auto done = note_test_posted(write.db(), id, now); !done) return fail(done.error());
  wake();
  return *number;
}

Result<std::size_t> StoredOutbox::forget(Ledger::Write& write, Instant before, std::size_t most) {
  std::vector<std::pair<std::string, std::int64_t>> old;
  {
    auto find = write.db().prepare(
        "SELECT channel, number FROM outbox_delivery "
        "WHERE ended IS NOT NULL AND ended < ? ORDER BY ended LIMIT ?");
    if (!find) return fail(find.error());
    find->bind(1, before.ns).bind(2, static_cast<std::int64_t>(most));
    while (true) {
      const auto row = find->step();
      if (!row) return fail(row.error());
      if (!*row) break;
      old.emplace_back(find->text(0), find->integer(1));
    }
  }
  auto remove = write.db().prepare("DELETE FROM outbox_delivery WHERE channel = ? AND number = ?");
  if (!remove) return fail(remove.error());
  for (const auto& [channel, number] : old) {
    if (auto done = remove->bind(1, channel).bind(2, number).run(); !done)
      return fail(done.error());
  }
  auto orphans = write.db().prepare(
      "DELETE FROM outbox_posting WHERE id IN (SELECT id FROM outbox_posting p WHERE posted < ? "
      "AND NOT EXISTS (SELECT 1 FROM outbox_delivery WHERE posting = p.id) LIMIT ?)");
  if (!orphans) return fail(orphans.error());
  if (auto done = orphans->bind(1, before.ns).bind(2, static_cast<std::int64_t>(most)).run();
      !done) {
    return fail(done.error());
  }
  return old.size();
}

}  // namespace cairn::respond
