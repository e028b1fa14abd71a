// SPDX-License-Identifier: Apache-2.0
// A way out to another server of Open311 GeoReport v2: hands incidents on, once each, and brings
// back how far they are. docs/open311.md.
#pragma once

#include "server/channel_kinds.hpp"
#include "server/open311.hpp"
#include "store/ledger.hpp"

namespace cairn::respond {
class IncidentDesk;
}

namespace cairn::server {

// The kind `open311` of channels.yaml. Both outlive the channels made.
MakeChannel open311_kind(store::Ledger& ledger, respond::IncidentDesk& incidents);

}  // namespace cairn::server
