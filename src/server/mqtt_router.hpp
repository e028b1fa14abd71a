// SPDX-License-Identifier: Apache-2.0
// Who hears what: the subscriptions of all sessions as a tree of topic levels, and the messages
// that are kept for those who subscribe later. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/limits.hpp"

namespace cairn::server {

struct MqttSession;

// On its way to subscribers.
struct MqttMessage {
  std::string topic;
  std::string payload;
  std::string forwarded;  // properties of 5.0 that travel with it
  std::uint8_t qos = 0;
  bool retain = false;
  std::int64_t expires_ms = 0;  // on the endpoint's steady clock; 0: never
  std::size_t bytes() const { return topic.size() + payload.size() + forwarded.size() + 64; }
};
// shared: one message waits in the queues of many sessions.
using SharedMqttMessage = std::shared_ptr<const MqttMessage>;

struct MqttSubscription {
  std::uint8_t qos = 0;
  bool no_local = false;
  bool retain_as_published = false;
  std::uint32_t id = 0;  // subscription identifier; 0: none
  bool operator==(const MqttSubscription&) const = default;
};

class MqttSubscriptions {
 public:
  // `filter` is valid; "$share/group/filter" joins a group when `shared`. True when it is new.
  bool add(std::string_view filter, bool shared, MqttSession* session,
           const MqttSubscription& subscription);
  // True when it was there.
  bool remove(std::string_view filter, bool shared, MqttSession* session);
  std::size_t size() const { return size_; }

  // Calls `take` for each subscription that takes the topic; for a group, for one of its members,
  // in turn, rather one of those that `is_there`.
  using Take = std::function<void(MqttSession*, const MqttSubscription&)>;
  using IsThere = std::function<bool(const MqttSession*)>;
  void match(std::string_view topic, const IsThere& is_there, const Take& take);

 private:
  struct Member {
    MqttSession* session = nullptr;
    MqttSubscription subscription;
  };
  struct Group {
    std::string name;
    std::vector<Member> members;
    std::size_t next = 0;
  };
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::vector<Member> members;
    std::vector<Group> groups;
    bool empty() const { return children.empty() && members.empty() && groups.empty(); }
  };
  struct Parts {
    std::string_view group;  // empty: none
    std::string_view filter;
  };
  static Parts parts_of(std::string_view filter, bool shared);
  static void hand_out(Node& node, const IsThere& is_there, const Take& take);
  void match_below(Node& node, std::string_view rest, bool ended, bool first,
                   const IsThere& is_there, const Take& take);

  Node root_;
  std::size_t size_ = 0;
};

// The last retained message of each topic, within limits::mqtt_retained(_bytes).
class MqttRetained {
 public:
  // An empty payload forgets the topic. False when there is no room.
  bool put(SharedMqttMessage message);
  void for_each(std::string_view filter, const std::function<void(const SharedMqttMessage&)>& take);
  // Forgets what has expired.
  void expire(std::int64_t now_ms);
  std::size_t size() const { return messages_.size(); }

 private:
  std::map<std::string, SharedMqttMessage, std::less<>> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace cairn::server
