// SPDX-License-Identifier: Apache-2.0
#include "server/nats_relay.hpp"

#include <chrono>
#include <utility>

#include "core/text.hpp"
#include "server/nats_names.hpp"

namespace cairn::server {
namespace {

constexpr int connect_ms = 15'000;
constexpr int confirm_ms = 5'000;
constexpr auto pause = std::chrono::milliseconds(200);
constexpr auto listen_every = std::chrono::milliseconds(500);
// A parcel is closed beyond so much; a part has at most about watch::part_bytes more.
constexpr std::size_t parcel_bytes = std::size_t{512} << 10;

Result<std::string> parent_name(Files& files, const Clock& clock, const std::string& directory) {
  const std::string path = directory + "/parent";
  if (files.exists(path)) {
    const auto text = files.read(path);
    if (!text) return fail(text.error());
    std::string name(trim(*text));
    if (name.empty()) return fail(Code::io, "the name of the parent is missing", path);
    return name;
  }
  if (auto made = files.make_directory(directory); !made) return fail(made.error());
  // Positions count from this log's beginning: another log is another parent.
  std::string name = format("p{:x}", clock.now().ns);
  if (auto kept = files.replace(path, name + "\n"); !kept) return fail(kept.error());
  return name;
}

}  // namespace

Result<std::unique_ptr<NatsRelay>> NatsRelay::open(Files& files, const Clock& clock,
                                                   const Options& options) {
  auto parent = parent_name(files, clock, options.directory);
  if (!parent) return fail(parent.error());
  auto link = NatsLink::connect(options.url, "cairn parent " + *parent, connect_ms);
  if (!link) return fail(link.error());
  if (auto made = make_streams(**link); !made) return fail(made.error());
  auto relay =
      std::unique_ptr<NatsRelay>(new NatsRelay(options, std::move(*link), std::move(*parent)));
  if (auto heard = relay->hear_confirmed(); !heard) return fail(heard.error());
  return relay;
}

NatsRelay::NatsRelay(Options options, std::unique_ptr<NatsLink> link, std::string parent)
    : options_(std::move(options)), link_(std::move(link)), parent_(std::move(parent)) {}

std::string NatsRelay::subject(const std::string& partition) const {
  return format("cairn.obs.{}.{}", partition, parent_);
}

// How far the stream came with a partition. Under mutex_ or before start().
Status NatsRelay::ask(const std::string& partition, Lane& lane) {
  const auto newest = link_->newest(std::string(obs_stream), subject(partition));
  if (!newest) return fail(newest.error());
  std::uint64_t place = 0;
  std::uint64_t sequence = 0;
  if (*newest) {
    const auto records = stream::read_parcel((*newest)->data);
    if (!records) return fail(records.error().code, records.error().message, subject(partition));
    if (!records->empty()) place = place_of(records->back().position, records->back().first);
    sequence = (*newest)->sequence;
  }
  if (place < lane.sent) {
    return fail(Code::conflict,
                format("the stream had confirmed readings of the partition {} and lost them; they "
                       "are sent again from the log",
                       partition));
  }
  lane.known = true;
  lane.sequence = sequence;
  lane.sent = place;
  return {};
}

void NatsRelay::forget_sent(Lane& lane, std::size_t& released) {
  while (!lane.items.empty() && lane.items.front().place <= lane.sent) {
    released += lane.items.front().released;
    lane.items.pop_front();
    waiting_.fetch_sub(1, std::memory_order_relaxed);
  }
}

Status NatsRelay::take(const watch::ForwardedRecord& record, const stream::Machine& machine) {
  auto parts = partitioner_.split(record, machine);
  if (!parts) return fail(parts.error());
  std::size_t bytes = record.waiting ? record.payload.size() : 0;
  const std::lock_guard lock(mutex_);
  newest_ = record.position;
  for (watch::Part& part : *parts) {
    Lane& lane = lanes_[part.partition];
    const std::uint64_t place = place_of(part.record.position, part.record.first);
    lane.taken = place;
    // Before the start the whole log passes: what the stream has is not kept in memory.
    if (!lane.known && !thread_.joinable()) {
      if (auto asked = ask(part.partition, lane); !asked) return asked;
    }
    if (lane.known && place <= lane.sent) continue;
    Item item;
    item.place = place;
    item.released = std::exchange(bytes, 0);
    stream::write(part.record, item.bytes);
    lane.items.push_back(std::move(item));
    waiting_.fetch_add(1, std::memory_order_relaxed);
  }
  if (bytes > 0 && forwarded_) forwarded_(bytes);
  filled_.notify_one();
  return {};
}

std::uint64_t NatsRelay::settled() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t settled = newest_;
  for (const auto& [partition, lane] : lanes_) {
    if (lane.confirmed >= lane.taken >> place_bits) continue;
    // The rest of a position may still be under way.
    settled = std::min(settled, lane.confirmed == 0 ? 0 : lane.confirmed - 1);
  }
  return settled;
}

Status NatsRelay::hear_confirmed() {
  if (!confirmations_) {
    auto pull =
        link_->pull({std::string(up_stream), format("cairn.up.at.{}.>", parent_), "at-" + parent_});
    if (!pull) return fail(pull.error());
    confirmations_ = std::move(*pull);
  }
  for (;;) {
    const auto messages = confirmations_->fetch(NatsLink::unacknowledged, 1);
    if (!messages) {
      confirmations_.reset();  // the next time anew
      return fail(messages.error());
    }
    if (messages->empty()) return {};
    if (auto told = link_->acknowledge(messages->back()); !told) return told;
    const std::lock_guard lock(mutex_);
    for (const NatsMessage& message : *messages) {
      const auto position = parse_integer(message.data);
      if (!position || *position < 0) continue;
      const std::string partition = message.subject.substr(message.subject.rfind('.') + 1);
      Lane& lane = lanes_[partition];
      lane.confirmed = std::max(lane.confirmed, static_cast<std::uint64_t>(*position));
    }
  }
}

// What goes out together: of each partition one parcel, so that its order is kept.
struct NatsRelay::Round {
  struct Of {
    std::string partition;
    std::uint64_t place = 0;  // the newest in it
  };
  std::vector<NatsPublication> parcels;
  std::vector<Of> of;
};

// True when something was sent. An error means that the stream has to be asked again.
Result<bool> NatsRelay::send() {
  Round round;
  std::size_t released = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [partition, lane] : lanes_) {
      if (lane.items.empty()) continue;
      if (!lane.known) {
        if (auto asked = ask(partition, lane); !asked) return fail(asked.error());
        forget_sent(lane, released);
        if (lane.items.empty()) continue;
      }
      NatsPublication& parcel = round.parcels.emplace_back();
      Round::Of& of = round.of.emplace_back();
      stream::begin_parcel(parcel.data);
      of.partition = partition;
      for (const Item& item : lane.items) {
        if (!parcel.data.empty() && parcel.data.size() + item.bytes.size() > parcel_bytes &&
            of.place != 0) {
          break;
        }
        parcel.data += item.bytes;
        of.place = item.place;
      }
      parcel.subject = subject(partition);
      parcel.id = format("{}-{}-{:x}", parent_, partition, of.place);
      parcel.after = lane.sequence;
    }
  }
  if (released > 0 && forwarded_) forwarded_(released);
  if (round.parcels.empty()) return false;
  const auto answers = link_->publish(round.parcels, confirm_ms);
  released = 0;
  std::optional<Error> failed;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      Lane& lane = lanes_[round.of[i].partition];
      if (!answers[i]) {
        lane.known = false;
        failed = answers[i].error();
        continue;
      }
      lane.sequence = *answers[i];
      lane.sent = round.of[i].place;
      forget_sent(lane, released);
    }
  }
  if (released > 0 && forwarded_) forwarded_(released);
  if (failed) return fail(*failed);
  return true;
}

// A server that comes back may have forgotten what it had confirmed.
Status NatsRelay::ask_all() {
  std::size_t released = 0;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [partition, lane] : lanes_) {
      if (auto asked = ask(partition, lane); !asked) return asked;
      forget_sent(lane, released);
    }
  }
  if (released > 0 && forwarded_) forwarded_(released);
  return {};
}

void NatsRelay::run() {
  auto heard = std::chrono::steady_clock::now();
  std::uint64_t reconnects = link_->reconnects();
  while (!stopping_) {
    {
      std::unique_lock lock(mutex_);
      filled_.wait_for(lock, pause, [this] { return stopping_ || waiting_.load() > 0; });
    }
    Result<bool> sent = false;
    if (link_->connected() && reconnects != link_->reconnects()) {
      const std::uint64_t now = link_->reconnects();
      if (auto asked = ask_all(); asked) {
        reconnects = now;
      } else {
        sent = fail(asked.error());
      }
    }
    if (sent && link_->connected()) sent = send();
    if (!sent && sent.error().code == Code::conflict) {
      if (options_.fatal) options_.fatal(sent.error());
      return;
    }
    if (!sent || !link_->connected()) std::this_thread::sleep_for(pause);
    if (std::chrono::steady_clock::now() - heard < listen_every) continue;
    heard = std::chrono::steady_clock::now();
    if (link_->connected()) (void)hear_confirmed();  // later, then: the log is kept longer
  }
}

void NatsRelay::start(std::function<void(std::size_t)> forwarded) {
  const std::lock_guard lock(mutex_);
  forwarded_ = std::move(forwarded);
  thread_ = std::thread([this] { run(); });
}

void NatsRelay::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  filled_.notify_all();
  thread_.join();
  // The last readings need not wait for the next start.
  if (link_->connected() && waiting_.load() > 0) (void)send();
}

}  // namespace cairn::server
