// SPDX-License-Identifier: Apache-2.0
#include "server/nats_feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "server/nats_names.hpp"

namespace cairn::server {
namespace {

using std::chrono::milliseconds;

constexpr int connect_ms = 15'000;
constexpr int fetch_most = 64;    // parcels of up to half a MiB
constexpr int fetch_ms = 100;     // an idle shard looks up this often
constexpr int behind_ms = 2'000;  // what is known to be there comes within this, or is asked again
constexpr milliseconds pause{200};
constexpr std::int64_t cursor_every_ms = 1'000;
// Records of one commit: their arrivals lie within a tick, so that silence is noticed as it was.
constexpr std::int64_t group_ns = ns_per_second;
constexpr std::size_t group_readings = 50'000;
// Longer gaps get a tick of their own, so that what fell silent in them is found.
constexpr std::int64_t gap_ns = 60 * ns_per_second;

std::int64_t steady_ms() {
  return std::chrono::duration_cast<milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::string parent_of(const std::string& subject) {
  return subject.substr(subject.rfind('.') + 1);
}

// What tells a message from others: the last record in it.
std::string mark_of(const std::string& parent, const stream::ParcelRecord& last) {
  return format("{}/{}/{}", parent, last.position, last.first);
}

}  // namespace

NatsFeed::NatsFeed(Files& files, ShardClock& clock, Options options, std::unique_ptr<NatsLink> link)
    : files_(files), clock_(clock), options_(std::move(options)), link_(std::move(link)) {}

Result<std::unique_ptr<NatsFeed>> NatsFeed::open(Files& files, ShardClock& clock,
                                                 const Options& options) {
  std::string name = "cairn shard";
  for (const std::string& partition : options.partitions) name += " " + partition;
  auto link = NatsLink::connect(options.url, name, connect_ms);
  if (!link) return fail(link.error());
  if (auto made = make_streams(**link); !made) return fail(made.error());
  auto feed = std::unique_ptr<NatsFeed>(new NatsFeed(files, clock, options, std::move(*link)));
  if (auto opened = feed->open_lanes(); !opened) return fail(opened.error());
  return feed;
}

// Lines of "partition sequence mark". It may lag behind the log, never run ahead of it.
Status NatsFeed::read_cursors(std::map<std::string, Cursor>& out) const {
  const std::string path = options_.directory + "/cursor";
  if (!files_.exists(path)) return {};
  const auto text = files_.read(path);
  if (!text) return fail(text.error());
  for (const std::string_view line : split(*text, '\n')) {
    const auto words = split(line, ' ');
    if (words.size() < 2) continue;
    const auto sequence = parse_integer(words[1]);
    if (!sequence || *sequence < 0) return fail(Code::io, "this is no list of cursors", path);
    out[std::string(words[0])] = {static_cast<std::uint64_t>(*sequence),
                                  std::string(words.size() > 2 ? words[2] : "")};
  }
  return {};
}

Status NatsFeed::open_lanes() {
  std::map<std::string, Cursor> cursors;
  if (auto read = read_cursors(cursors); !read) return read;
  for (const std::string& partition : options_.partitions) {
    Lane lane;
    lane.partition = partition;
    lane.cursor = cursors[partition].sequence;
    lane.mark = cursors[partition].mark;
    if (auto begun = begin(lane); !begun) return begun;
    lanes_.push_back(std::move(lane));
  }
  // Where there is something to make up for, time stands until it has come.
  for (const Lane& lane : lanes_) {
    if (lane.behind()) clock_.hold({0});
  }
  return {};
}

// A stream that lost its newest messages, or was made anew, gives their sequences to others: what
// was sent again and what is new. Then everything is read again, and what is known passed over.
Status NatsFeed::check_cursor(Lane& lane) {
  if (lane.cursor == 0) return {};
  const auto stream = link_->stream_state(std::string(obs_stream));
  if (!stream) return fail(stream.error());
  if (lane.cursor < stream->first) {  // it was there and is too old
    if (stream->messages > 0 && lane.cursor + 1 < stream->first) {
      note_ += format(
          "the stream begins at {}, partition {} was read up to {}: what lay between is gone. ",
          stream->first, lane.partition, lane.cursor);
    }
    return {};
  }
  const auto at = link_->message(std::string(obs_stream), lane.cursor);
  if (!at) return fail(at.error());
  if (*at) {
    if (lane.mark.empty()) return {};  // of a cursor that was written without
    const auto records = stream::read_parcel((*at)->data);
    if (records && !records->empty() &&
        mark_of(parent_of((*at)->subject), records->back()) == lane.mark) {
      return {};
    }
  }
  note_ += format(
      "the stream does not have message {} any more, up to which partition {} was read: it lost "
      "its newest or was made anew; it is read again, what is known already is passed over. ",
      lane.cursor, lane.partition);
  lane.cursor = 0;
  lane.mark.clear();
  return {};
}

Status NatsFeed::begin(Lane& lane) {
  lane.pull.reset();  // one whose consumer is gone would wait for ever
  if (auto checked = check_cursor(lane); !checked) return checked;
  const std::string subjects = format("cairn.obs.{}.>", lane.partition);
  const auto newest = link_->newest(std::string(obs_stream), subjects);
  if (!newest) return fail(newest.error());
  auto pull =
      link_->pull({std::string(obs_stream), subjects, "shard-" + lane.partition, lane.cursor + 1});
  if (!pull) return fail(pull.error());
  lane.pull = std::move(*pull);
  lane.records.clear();
  lane.fetched = lane.cursor;
  lane.newest = *newest ? (*newest)->sequence : 0;
  lane.pending = 0;
  return {};
}

Status NatsFeed::fetch(Lane& lane, int wait_ms) {
  if (!lane.pull) return fail(Code::io, format("partition {} is not being read", lane.partition));
  auto messages = lane.pull->fetch(fetch_most, wait_ms);
  if (!messages) return fail(messages.error());
  if (messages->empty() && lane.behind()) {
    return fail(Code::io,
                format("what the stream has of partition {} does not come", lane.partition));
  }
  for (const NatsMessage& message : *messages) {
    lane.pending = message.pending;
    lane.fetched = message.sequence;
    auto records = stream::read_parcel(message.data);
    if (!records) {
      return fail(Code::invalid, records.error().message,
                  format("{} sequence {}", message.subject, message.sequence));
    }
    const std::string parent = parent_of(message.subject);
    for (stream::ParcelRecord& record : *records) {
      lane.records.push_back({std::move(record), parent, message.sequence, message.reply, false});
    }
    if (!records->empty()) lane.records.back().last = true;
  }
  return {};
}

void NatsFeed::start(watch::Engine& engine) {
  engine_ = &engine;
  engine.intake().listen([this](const watch::Intake::Commit& commit) {
    const std::lock_guard lock(mutex_);
    failed_to_ = std::max(failed_to_, commit.failed_to);
    committed_.notify_all();
  });
  thread_ = std::thread([this] { run(); });
}

void NatsFeed::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  committed_.notify_all();
  thread_.join();
  (void)write_cursors();
}

void NatsFeed::run() {
  while (!stopping_) {
    const auto stepped = step();
    if (stepped) continue;
    if (stepped.error().code == Code::invalid) {
      if (options_.fatal) options_.fatal(stepped.error());
      return;
    }
    // The server went away, or lost the consumer: from the cursor on again.
    std::this_thread::sleep_for(pause);
    if (!link_->connected()) continue;
    for (Lane& lane : lanes_) {
      if (auto begun = begin(lane); !begun) break;
    }
  }
}

Status NatsFeed::step() {
  bool any = false;
  for (Lane& lane : lanes_) {
    if (lane.records.empty()) {
      if (auto fetched = fetch(lane, lane.behind() ? behind_ms : 1); !fetched) return fetched;
    }
    any = any || !lane.records.empty();
  }
  if (!any) {
    clock_.release();
    caught_up_.store(true, std::memory_order_release);
    confirm(true);
    if (steady_ms() - kept_ms_ > cursor_every_ms) {
      if (auto kept = write_cursors(); !kept) return kept;
    }
    return fetch(lanes_.front(), fetch_ms);
  }
  const Group group = next_group();
  if (group.records.empty()) return {};  // the next one is under way
  if (auto submitted = submit(group); !submitted) return submitted;
  if (stopping_) return {};
  return done(group);
}

// The records with the smallest arrivals of all partitions, as far as they go into one commit.
NatsFeed::Group NatsFeed::next_group() {
  Group group;
  while (group.readings < group_readings) {
    std::size_t best = lanes_.size();
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
      // One that has more to come, but not here yet, may hold the next.
      if (lanes_[i].records.empty() && lanes_[i].behind()) return group;
      if (lanes_[i].records.empty()) continue;
      if (best == lanes_.size() ||
          lanes_[i].records.front().record.arrival < lanes_[best].records.front().record.arrival) {
        best = i;
      }
    }
    if (best == lanes_.size()) break;
    Waiting& next = lanes_[best].records.front();
    const bool shelve = next.record.kind == stream::RecordKind::shelve;
    if (!group.records.empty() &&
        (shelve || next.record.arrival.ns - group.records.front().record.arrival.ns > group_ns)) {
      break;
    }
    stream::MessageReader reader(next.record.payload);
    while (!shelve && reader.next()) group.readings += reader.readings().size();
    group.records.push_back(std::move(next));
    group.lanes.push_back(best);
    lanes_[best].records.pop_front();
    if (shelve) break;
  }
  return group;
}

// A stretch without readings: the engine notices what fell silent in it.
void NatsFeed::let_time_pass(Instant until) {
  const std::uint64_t before = engine_->stats().position;
  clock_.hold(until);
  for (int i = 0; i < 50 && !stopping_ && engine_->stats().position == before; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
}

Status NatsFeed::submit(const Group& group) {
  const Instant first = group.records.front().record.arrival;
  if (clock_.holding()) {
    if (arrival_ != Instant::min() && first.ns - arrival_.ns > gap_ns) {
      let_time_pass(first + -1);
    }
    clock_.hold(group.records.back().record.arrival);
  } else if (first > clock_.now()) {
    clock_.hold(group.records.back().record.arrival);  // this machine's clock is behind
    clock_.release();
  }
  arrival_ = group.records.back().record.arrival;
  if (group.records.front().record.kind == stream::RecordKind::shelve) {
    return shelve(group.records.front().record);
  }
  std::vector<watch::Delivery> deliveries;
  for (std::size_t i = 0; i < group.records.size(); ++i) {
    const Waiting& waiting = group.records[i];
    const stream::ParcelRecord& record = waiting.record;
    stream::MessageReader reader(record.payload);
    for (std::uint32_t number = 0; reader.next(); ++number) {
      const stream::Message& message = reader.message();
      watch::Delivery& delivery = deliveries.emplace_back();
      delivery.sender = {
          record.sources[message.source], message.sequence, message.historical, {"*"}};
      if (message.sequence == 0) {
        // Its place in the parent's log numbers it: taken once, however often it comes.
        delivery.sender.name = format("{}/{}", waiting.parent, lanes_[group.lanes[i]].partition);
        delivery.sender.sequence = place_of(record.position, record.first + number);
      }
      for (const stream::Observed& reading : reader.readings()) {
        const stream::SeriesName& name = record.series[reading.series];
        delivery.batch.readings.push_back(
            {name.thing, name.property, {}, {reading.time_ns}, reading.value, 0});
      }
    }
  }
  while (!stopping_) {
    const auto receipt = engine_->submit_all(deliveries);
    if (!receipt) {
      if (receipt.error().code != Code::too_large) return fail(receipt.error());
      std::this_thread::sleep_for(milliseconds(20));  // the engine is behind
      continue;
    }
    if (receipt->position == 0 || wait_durable(receipt->position)) return {};
  }
  return {};
}

// False when the disk did not take it: then none of it is there, and it is given again.
bool NatsFeed::wait_durable(std::uint64_t ticket) {
  std::unique_lock lock(mutex_);
  const auto durable = [&] { return engine_->intake().durable() >= ticket; };
  while (!stopping_) {
    committed_.wait_for(lock, pause,
                        [&] { return stopping_ || durable() || failed_to_ >= ticket; });
    if (durable()) return true;
    if (failed_to_ >= ticket) {
      lock.unlock();
      std::this_thread::sleep_for(pause);
      return false;
    }
  }
  return false;
}

Status NatsFeed::shelve(const stream::ParcelRecord& record) {
  const auto shelve = stream::read_shelve(record.payload);
  if (!shelve) return fail(shelve.error());
  // Unknown here is no reason to stand still: the parent has checked it against its own world.
  const auto done =
      engine_->shelve(shelve->rule, shelve->thing, shelve->until, shelve->who, shelve->reason);
  if (!done) return {};
  std::this_thread::sleep_for(2 * pause);  // the next commit has it
  return {};
}

Status NatsFeed::done(const Group& group) {
  for (std::size_t i = 0; i < group.records.size(); ++i) {
    const Waiting& waiting = group.records[i];
    Lane& lane = lanes_[group.lanes[i]];
    auto& position = durable_[{waiting.parent, lane.partition}];
    position = std::max(position, waiting.record.position);
    records_.fetch_add(1, std::memory_order_relaxed);
    if (!waiting.last) continue;
    lane.cursor = waiting.sequence;
    lane.mark = mark_of(waiting.parent, waiting.record);
    if (auto told = link_->acknowledge({{}, {}, 0, 0, waiting.reply}); !told) return told;
  }
  if (steady_ms() - kept_ms_ > cursor_every_ms) {
    if (auto kept = write_cursors(); !kept) return kept;
    confirm(false);
  }
  return {};
}

Status NatsFeed::write_cursors() {
  kept_ms_ = steady_ms();
  std::string text;
  for (const Lane& lane : lanes_) {
    text += format("{} {} {}\n", lane.partition, lane.cursor, lane.mark);
  }
  return files_.replace(options_.directory + "/cursor", text);
}

// Tells the parents how much of their logs they need not keep.
void NatsFeed::confirm(bool now) {
  if (!now && !link_->connected()) return;
  std::vector<NatsPublication> messages;
  for (const auto& [key, position] : durable_) {
    if (confirmed_[key] == position) continue;
    messages.push_back({format("cairn.up.at.{}.{}", key.first, key.second), format("{}", position),
                        format("at-{}-{}-{}", key.first, key.second, position), std::nullopt});
  }
  if (messages.empty()) return;
  const auto answers = link_->publish(messages, 1'000);
  std::size_t i = 0;
  for (const auto& [key, position] : durable_) {
    if (confirmed_[key] == position) continue;
    if (i < answers.size() && answers[i]) confirmed_[key] = position;
    ++i;
  }
}

}  // namespace cairn::server
