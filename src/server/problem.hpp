// SPDX-License-Identifier: Apache-2.0
// Errors as RFC 9457 problem documents.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "server/message.hpp"
#include "server/query.hpp"

namespace cairn::server {

Response problem(int status, std::string detail, std::vector<Complaint> complaints = {});
// Complaints about a request: 400, and the first of them as the detail.
Response problem(std::vector<Complaint> complaints);
// An error of a use case; its place becomes a complaint's.
Response problem(const Error& error);

int status_of(Code code);

}  // namespace cairn::server
