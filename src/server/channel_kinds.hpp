// SPDX-License-Identifier: Apache-2.0
// The ways out that come with the program. docs/channels.md tells their keys; another kind is a
// function of the same form, given to ChannelDesk::add_kind().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/seams.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"
#include "respond/outbox.hpp"
#include "server/channel_def.hpp"

namespace cairn::server {

// What a way out may use of the house. Thread-safe functions; they outlive the channels.
// Where a message is to be heard. A division counts only where the message draws no area: beside
// a drawn one its code says in which county that lies.
struct SpokenArea {
  std::vector<std::string> divisions;  // codes
  std::vector<geo::Polygon> polygons;
};

struct ChannelHouse {
  Files* files = nullptr;
  const Clock* clock = nullptr;
  Zone zone = {8 * 3600};
  std::string directory = {};          // of the channels' own files
  std::function<bool()> stopped = {};  // the server ends: cut off what is under way
  // To the subscribers of the MQTT door; false: there is none, or it is far behind.
  std::function<bool(std::string_view topic, std::string_view payload, bool retain)> publish = {};
  // Does a message for `region` concern who is listed for `listed`?
  std::function<bool(std::string_view region, std::string_view listed)> concerns = {};
  // Names of the villages in an area, with their county's.
  std::function<std::vector<std::string>(const SpokenArea& area)> villages = {};
  // Mail address of a unit; empty: none.
  std::function<std::string(std::string_view unit)> contact = {};
};

using MadeChannel = Result<std::unique_ptr<respond::Channel>>;
using MakeChannel = std::function<MadeChannel(const ChannelDef& def, const ChannelHouse& house)>;

MadeChannel make_webhook(const ChannelDef& def, const ChannelHouse& house);
MadeChannel make_gateway(const ChannelDef& def, const ChannelHouse& house);
MadeChannel make_smtp(const ChannelDef& def, const ChannelHouse& house);
MadeChannel make_mqtt(const ChannelDef& def, const ChannelHouse& house);
MadeChannel make_loudspeaker(const ChannelDef& def, const ChannelHouse& house);

}  // namespace cairn::server
