// SPDX-License-Identifier: Apache-2.0
#include "protect/demo.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>

#include "core/text.hpp"

namespace cairn::protect {
namespace {

using model::Role;

constexpr const char* file_name = "/demo-accounts";
constexpr std::string_view prefix = "demo-";
constexpr std::size_t counties_most = 3;
// Where the packs' series play first; then whatever counties there are.
constexpr std::array<std::string_view, 3> first_counties{"513428", "513401", "513435"};

// Lines "id password".
std::map<std::string, std::string> read_passwords(const std::string& path) {
  std::map<std::string, std::string> out;
  std::ifstream file(path);
  std::string id;
  std::string password;
  while (file >> id >> password) out[id] = password;
  return out;
}

// Only its owner reads it, from the first byte on.
Status write_passwords(const std::string& path, const std::vector<DemoAccount>& accounts) {
  std::string text;
  for (const DemoAccount& each : accounts) text += format("{} {}\n", each.id, each.password);
  const std::string aside = path + ".new";
  (void)::unlink(aside.c_str());
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return fail(Code::io, std::strerror(errno), aside);
  const bool whole = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = ::fsync(file) == 0;
  const bool closed = ::close(file) == 0;
  if (!whole || !synced || !closed || std::rename(aside.c_str(), path.c_str()) != 0) {
    return fail(Code::io, std::strerror(errno), path);
  }
  return {};
}

// Counties with units that handle, the ones above first.
std::vector<std::string> counties_of(const model::ResponseDef& response) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view region) {
    const bool has = std::any_of(
        response.units.begin(), response.units.end(),
        [&](const model::UnitDef& u) { return u.region == region && u.kind == "emergency"; });
    if (has && out.size() < counties_most &&
        std::find(out.begin(), out.end(), region) == out.end()) {
      out.emplace_back(region);
    }
  };
  for (const std::string_view region : first_counties) add(region);
  for (const model::UnitDef& unit : response.units) {
    if (unit.region.size() == 6) add(unit.region);
  }
  return out;
}

std::vector<NewAccount> wanted_accounts(const std::string& home,
                                        const model::ResponseDef& response) {
  std::vector<NewAccount> out;
  out.push_back({"demo-duty",
                 {"值班员（演示）", "Duty officer (sample)"},
                 {{Role::duty_officer, home, ""}},
                 "",
                 false});
  for (const std::string& county : counties_of(response)) {
    NewAccount account;
    account.id = "demo-" + county;
    account.must_change = false;
    for (const model::UnitDef& unit : response.units) {
      if (unit.region != county) continue;
      account.grants.push_back({Role::unit, county, unit.id});
      if (unit.kind != "emergency") continue;
      account.name = {unit.label.zh + "等处置单位（演示）", unit.label.en + " and others (sample)"};
    }
    out.push_back(std::move(account));
  }
  out.push_back({"demo-checker",
                 {"核查员（演示）", "Checker (sample)"},
                 {{Role::checker, home, ""}},
                 "",
                 false});
  out.push_back({"demo-admin",
                 {"管理员（演示）", "Administrator (sample)"},
                 {{Role::administrator, "", ""}},
                 "",
                 false});
  return out;
}

// The password to show, when it still is one.
Result<std::string> ensure(Accounts& accounts, const NewAccount& wanted, const std::string& known,
                           Instant now) {
  const auto present = accounts.find(wanted.id);
  if (!present) {
    auto made = accounts.add(wanted, now);
    if (!made) return fail(made.error());
    return std::move(made->password);
  }
  AccountChange change;
  change.must_change = false;
  change.reset_password =
      present->disabled || known.empty() || !verify_password(present->password, known);
  if (present->disabled) change.disabled = false;
  if (present->grants != wanted.grants) change.grants = wanted.grants;
  if (!change.reset_password && !change.grants) return known;
  auto made = accounts.change(wanted.id, change, now);
  if (!made) return fail(made.error());
  return made->password.empty() ? known : made->password;
}

}  // namespace

Result<std::vector<DemoAccount>> ensure_demo_accounts(Accounts& accounts,
                                                      const std::string& directory,
                                                      const std::string& home,
                                                      const model::ResponseDef& response,
                                                      Instant now) {
  const std::string path = directory + file_name;
  const auto known = read_passwords(path);
  std::vector<DemoAccount> out;
  for (const NewAccount& wanted : wanted_accounts(home, response)) {
    const auto at = known.find(wanted.id);
    auto password = ensure(accounts, wanted, at == known.end() ? "" : at->second, now);
    if (!password) return fail(password.error());
    out.push_back({wanted.id, wanted.name, std::move(*password)});
  }
  if (auto written = write_passwords(path, out); !written) return fail(written.error());
  return out;
}

Status disable_demo_accounts(Accounts& accounts, const std::string& directory, Instant now) {
  for (const Account& account : accounts.list()) {
    if (!account.id.starts_with(prefix) || account.disabled) continue;
    AccountChange change;
    change.disabled = true;
    change.even_last = true;
    if (auto done = accounts.change(account.id, change, now); !done) return fail(done.error());
  }
  (void)::unlink((directory + file_name).c_str());
  return {};
}

}  // namespace cairn::protect
