// SPDX-License-Identifier: Apache-2.0
// CAP messages as topics of the MQTT door:
//
//   cairn/v1/cap/{region}/{identifier}     retained while it is in force
#include <map>

#include "codec/cap_read.hpp"
#include "core/text.hpp"
#include "server/channel_kinds.hpp"
#include "server/channel_text.hpp"
#include "server/topics.hpp"

namespace cairn::server {
namespace {

using respond::Attempt;
using respond::Delivery;

class MqttChannel final : public respond::Channel {
 public:
  explicit MqttChannel(const ChannelHouse& house) : house_(house) {}

  Attempt deliver(const Delivery& delivery) override {
    const respond::Posting& posting = delivery.posting;
    if (!house_.publish) return {.trouble = "this server has no MQTT door"};
    if (posting.topic == respond::Topic::test || posting.cap_xml.empty()) {
      const std::string topic = format("cairn/v1/messages/{}/{}", topic_level(posting.region),
                                       respond::to_string(posting.topic));
      return publish(topic, delivery_document(delivery, house_.zone), false);
    }
    const auto alert = codec::read_cap(posting.cap_xml);
    if (!alert) return {.trouble = to_string(alert.error()), .hold = true};
    const std::string topic =
        format("cairn/v1/cap/{}/{}", topic_level(posting.region), topic_level(alert->identifier));
    const bool over = alert->type == codec::CapType::cancel;
    Attempt out = publish(topic, posting.cap_xml, !over);
    if (!out.taken) return out;
    for (const codec::CapReference& old : alert->references) forget(old.identifier);
    Instant expires = delivery.posted + ns_per_day;
    for (const codec::CapInfo& info : alert->infos) {
      if (info.expires) expires = info.expires->at;
    }
    if (!over) in_force_[alert->identifier] = {topic, expires};
    return out;
  }
  void idle(Instant now) override {
    for (auto at = in_force_.begin(); at != in_force_.end();) {
      const bool gone =
          at->second.expires <= now && house_.publish && house_.publish(at->second.topic, "", true);
      at = gone ? in_force_.erase(at) : std::next(at);
    }
  }
  std::string to() const override { return "cairn/v1/cap/#"; }

 private:
  struct Kept {
    std::string topic;
    Instant expires;
  };
  Attempt publish(const std::string& topic, const std::string& payload, bool retain) {
    if (!house_.publish(topic, payload, retain)) return {.trouble = "the MQTT door is far behind"};
    return {.taken = true, .receipt = topic};
  }
  void forget(const std::string& identifier) {
    const auto at = in_force_.find(identifier);
    if (at != in_force_.end() && house_.publish(at->second.topic, "", true)) in_force_.erase(at);
  }

  const ChannelHouse& house_;
  std::map<std::string, Kept> in_force_;  // by identifier; the door forgets with us at a restart
};

}  // namespace

MadeChannel make_mqtt(const ChannelDef& def, const ChannelHouse& house) {
  ChannelKeys keys(def);
  if (auto done = keys.done(); !done) return fail(done.error());
  return std::unique_ptr<respond::Channel>(std::make_unique<MqttChannel>(house));
}

}  // namespace cairn::server
