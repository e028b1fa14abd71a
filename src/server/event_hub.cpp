// SPDX-License-Identifier: Apache-2.0
#include "server/event_hub.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "core/text.hpp"

namespace cairn::server {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr std::array<std::string_view, 9> topic_words{"indicators", "alerts",    "readings",
                                                      "feeds",      "revisions", "groups",
                                                      "warnings",   "incidents", "channels"};
// Sent at once at most; the rest when the client has taken it.
constexpr std::size_t pull_bytes = 64 * 1024;
constexpr std::size_t pull_events = 512;
constexpr auto clock_every = std::chrono::seconds(5);
// Keeps middle boxes from closing a quiet line.
constexpr auto comment_every = std::chrono::seconds(10);

void append_event(std::string& out, std::string_view kind, std::string_view data) {
  out += "event: ";
  out += kind;
  out += "\ndata: ";
  out += data;
  out += "\n\n";
}

bool topic_wanted(const Subscription& subscription, Topic topic) {
  const auto& topics = subscription.topics;
  return topics.empty() || std::find(topics.begin(), topics.end(), topic) != topics.end();
}

}  // namespace

// One client's place among the events.
class EventStream final : public BodyStream {
 public:
  EventStream(std::shared_ptr<const EventHub> hub, Subscription subscription)
      : hub_(std::move(hub)), subscription_(std::move(subscription)), at_(hub_->newest()) {
    if (!subscription_.last_event_id.empty()) resume(subscription_.last_event_id);
  }

  bool pull(SteadyTime now, std::string& out) override {
    beat(now, out);
    if (!lost_.empty()) reset(out);
    const auto read = hub_->read(at_, subscription_, out);
    if (read) {
      at_ = *read;
      return true;
    }
    lost_ = "events were lost while this client did not read";
    at_ = hub_->newest();
    reset(out);
    return true;
  }

 private:
  void resume(std::string_view id) {
    const std::size_t dash = id.rfind('-');
    const auto number =
        dash == std::string_view::npos ? std::nullopt : parse_integer(id.substr(dash + 1));
    if (!number || *number < 0) {
      lost_ = "the last event id is none of this server";
    } else if (id.substr(0, dash) != hub_->run()) {
      lost_ = "the server was started anew";
    } else if (static_cast<std::uint64_t>(*number) > at_) {
      lost_ = "the last event id was not given yet";
    } else {
      at_ = static_cast<std::uint64_t>(*number);
    }
  }

  void reset(std::string& out) {
    append_event(out, "reset", "{\"reason\":\"" + lost_ + "\"}");
    lost_.clear();
  }

  void beat(SteadyTime now, std::string& out) {
    if (!commented_ || now - *commented_ >= comment_every) {
      out += commented_ ? ": still here\n\n" : ": hello\n\n";
      commented_ = now;
    }
    if (!told_ || now - *told_ >= clock_every) {
      append_event(out, "clock", subscription_.clock());
      told_ = now;
    }
  }

  std::shared_ptr<const EventHub> hub_;  // shared: a stream may outlive the service
  Subscription subscription_;
  std::uint64_t at_;  // number of the last event looked at
  std::string lost_;  // why a reset is due; empty: none
  std::optional<SteadyTime> commented_;
  std::optional<SteadyTime> told_;
};

std::optional<Topic> parse_topic(std::string_view word) {
  const auto at = std::find(topic_words.begin(), topic_words.end(), word);
  if (at == topic_words.end()) return std::nullopt;
  return static_cast<Topic>(at - topic_words.begin());
}

EventHub::EventHub(std::string run, std::size_t most) : run_(std::move(run)), most_(most) {}

void EventHub::wake_with(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

void EventHub::publish(std::vector<Event> events) {
  if (events.empty()) return;
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    for (Event& event : events) {
      ring_.push_back(std::make_shared<const Event>(std::move(event)));
      ++newest_;
    }
    while (ring_.size() > most_) ring_.pop_front();
    wake = wake_;
  }
  if (wake) wake();
}

std::shared_ptr<BodyStream> EventHub::open(Subscription subscription) {
  return std::make_shared<EventStream>(shared_from_this(), std::move(subscription));
}

std::uint64_t EventHub::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

std::optional<std::uint64_t> EventHub::read(std::uint64_t after, const Subscription& subscription,
                                            std::string& out) const {
  const std::size_t most_bytes = out.size() + pull_bytes;
  for (;;) {
    std::vector<std::shared_ptr<const Event>> found;
    {
      const std::lock_guard lock(mutex_);
      const std::uint64_t before_ring = newest_ - ring_.size();
      if (after < before_ring) return std::nullopt;
      auto from = ring_.begin() + static_cast<std::ptrdiff_t>(after - before_ring);
      for (; from != ring_.end() && found.size() < pull_events; ++from) found.push_back(*from);
    }
    if (found.empty()) return after;
    for (const auto& event : found) {
      if (out.size() >= most_bytes) return after;
      ++after;
      if (!topic_wanted(subscription, event->topic)) continue;
      if (subscription.wants && !subscription.wants(event->region)) continue;
      out += format("id: {}-{}\n", run_, after);
      append_event(out, event->kind, event->data);
    }
  }
}

}  // namespace cairn::server
