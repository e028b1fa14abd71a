// SPDX-License-Identifier: Apache-2.0
// Sample accounts of a demonstration: with passwords of their own, made at the first start and
// kept in a file that only its owner reads.
#pragma once

#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/response.hpp"
#include "protect/accounts.hpp"

namespace cairn::protect {

struct DemoAccount {
  std::string id;
  Label label;
  std::string password;
};

// A duty officer and a checker of the home region, an administrator, and for a few counties one who
// handles for the county's units. Those that are there stay; a password that is not in the file
// any more is made anew.
Result<std::vector<DemoAccount>> ensure_demo_accounts(Accounts& accounts,
                                                      const std::string& directory,
                                                      const std::string& home,
                                                      const model::ResponseDef& response,
                                                      Instant now);
// The directory is served to others now: sample accounts are disabled, their passwords removed.
Status disable_demo_accounts(Accounts& accounts, const std::string& directory, Instant now);

}  // namespace cairn::protect
