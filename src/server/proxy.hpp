// SPDX-License-Identifier: Apache-2.0
// A reverse proxy in front, with TLS: what it says of the browser behind it.
#pragma once

#include "server/message.hpp"

namespace cairn::server {

// The address that the nearest proxy saw becomes the request's peer: the last one of
// X-Forwarded-For, what stands before it anybody may have written. Only where such a proxy stands
// and nobody passes it by.
void trust_proxy(Request& request);
// The request says by its headers that it came through a proxy, or was meant for another name than
// this machine's own: then it is not of a browser on this machine.
bool is_of_this_machine(const Request& request);

}  // namespace cairn::server
