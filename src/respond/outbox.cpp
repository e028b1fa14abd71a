// SPDX-License-Identifier: Apache-2.0
#include "respond/outbox.hpp"

#include <array>
#include <utility>

#include "respond/outbox_store.hpp"

namespace cairn::respond {
namespace {

constexpr std::array<std::pair<Topic, const char*>, 5> topics{{{Topic::warning, "warning"},
                                                               {Topic::alert, "alert"},
                                                               {Topic::incident, "incident"},
                                                               {Topic::answer, "answer"},
                                                               {Topic::test, "test"}}};
constexpr std::array<std::pair<DeliveryState, const char*>, 5> states{
    {{DeliveryState::waiting, "waiting"},
     {DeliveryState::delivered, "delivered"},
     {DeliveryState::given_up, "given_up"},
     {DeliveryState::parked, "parked"},
     {DeliveryState::listed, "listed"}}};

}  // namespace

const char* to_string(Topic topic) {
  return topics[static_cast<std::size_t>(topic)].second;
}
std::optional<Topic> parse_topic(std::string_view text) {
  for (const auto& [topic, name] : topics) {
    if (text == name) return topic;
  }
  return std::nullopt;
}
const char* to_string(DeliveryState state) {
  return states[static_cast<std::size_t>(state)].second;
}
std::optional<DeliveryState> parse_delivery_state(std::string_view text) {
  for (const auto& [state, name] : states) {
    if (text == name) return state;
  }
  return std::nullopt;
}

}  // namespace cairn::respond
