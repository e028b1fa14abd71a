// SPDX-License-Identifier: Apache-2.0
#include "app/account.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "app/context.hpp"
#include "core/text.hpp"
#include "model/workspace.hpp"
#include "protect/accounts.hpp"
#include "protect/audit.hpp"
#include "server/random.hpp"
#include "store/ledger.hpp"

namespace cairn::app {
namespace {

using model::Grant;
using model::Role;

const OptionSpec grants_option = {
    "grants", "<list>", "role@region[/unit],…: duty_officer@5134, or no region: anywhere"};
const OptionSpec stdin_option = {"password-stdin", "", "read the password from the input"};
const OptionSpec add_options[] = {
    {"name", "<text>", "the person's name in Chinese"},
    {"name-en", "<text>", "the same in English"},
    {"administrator", "", "may manage everything; short for --grants administrator"},
    grants_option,
    stdin_option,
    root_option,
    data_option,
};
const OptionSpec grant_options[] = {grants_option, root_option, data_option};
const OptionSpec password_options[] = {stdin_option, root_option, data_option};
const OptionSpec disable_options[] = {
    {"enable", "", "let the account in again"}, root_option, data_option};
const OptionSpec token_options[] = {
    {"label", "<text>", "what the token is for (default: command line)"},
    {"days", "<number>", "how long it counts (default: 90, at most 366)"},
    grants_option,
    {"end", "<token>", "end this token instead"},
    root_option,
    data_option,
};
const OptionSpec list_options[] = {root_option, data_option};
const OptionSpec audit_options[] = {
    {"limit", "<number>", "rows (default: 50)"},
    {"actor", "<account>", "of this account only"},
    {"action", "<action>", "of this action only: send_warning, sign_in, …"},
    {"outcome", "<word>", "allowed, refused, failed or done"},
    root_option,
    data_option,
};
const OptionSpec verify_options[] = {
    {"head", "<digest>", "that an earlier check has printed: it must still be in the trail"},
    root_option,
    data_option,
};

// The folder that the server keeps its ledger in.
struct Desk {
  Context context;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<protect::Accounts> accounts;
  std::unique_ptr<protect::AuditTrail> trail;

  Instant now() const { return context.clock->now(); }
  // Whoever may write the data directory may all of this; that it was done is written down.
  Status note(const char* action, const std::string& subject, std::string detail) const {
    protect::AuditRow row;
    row.at = now();
    row.actor = model::system_actor("command-line").id;
    row.action = action;
    row.outcome = protect::Outcome::done;
    row.subject = subject;
    row.detail = std::move(detail);
    return trail->append(std::move(row));
  }
};

Result<Desk> open_desk(const Args& args) {
  auto context = make_context(args);
  if (!context) return fail(context.error());
  Desk out;
  out.context = std::move(*context);
  auto ledger = store::Ledger::open(out.context.data + "/respond");
  if (!ledger) return fail(ledger.error());
  out.ledger = std::move(*ledger);
  protect::AccountOptions needs;
  needs.random = server::random_bytes;
  auto accounts = protect::Accounts::open(*out.ledger, std::move(needs));
  if (!accounts) return fail(accounts.error());
  out.accounts = std::move(*accounts);
  auto trail = protect::AuditTrail::open(*out.ledger);
  if (!trail) return fail(trail.error());
  out.trail = std::move(*trail);
  return out;
}

int complain(const Error& error) {
  std::fprintf(stderr, "error: %s\n", to_string(error).c_str());
  return exit_failed;
}

Result<std::vector<Grant>> read_grants(const std::string& text) {
  std::vector<Grant> out;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view item = trim(part);
    if (item.empty()) continue;
    const std::size_t at = item.find('@');
    const std::string_view word = item.substr(0, at);
    const auto role = model::parse_role(word);
    if (!role) {
      return fail(Code::invalid,
                  format("there is no role '{}'; roles are unit, checker, duty_officer and "
                         "administrator",
                         word),
                  "--grants");
    }
    Grant grant{*role, "", ""};
    if (at != std::string_view::npos) {
      const std::string_view where = item.substr(at + 1);
      const std::size_t slash = where.find('/');
      grant.region = where.substr(0, slash);
      if (slash != std::string_view::npos) grant.unit = where.substr(slash + 1);
    }
    out.push_back(std::move(grant));
  }
  return out;
}

Result<model::Workspace> load_regions(const Context& context) {
  Problems problems;  // of packs and plans: not of this command
  return model::load_workspace(*context.files, {context.root, "panxi"}, problems);
}

// The grants of the command line, with regions and units that there are.
Result<std::vector<Grant>> wanted_grants(const Args& args,
                                         const Result<model::Workspace>& workspace) {
  auto grants = read_grants(args.get("grants"));
  if (!grants) return fail(grants.error());
  if (args.has("administrator")) grants->push_back({Role::administrator, "", ""});
  if (!workspace) return fail(workspace.error());
  std::vector<std::string> units;
  for (const model::UnitDef& unit : workspace->response.units) units.push_back(unit.id);
  if (auto good = protect::check_grants(*grants, *workspace->regions, units); !good) {
    return fail(good.error());
  }
  return grants;
}

std::string grants_text(const std::vector<Grant>& grants) {
  std::vector<std::string> out;
  for (const Grant& grant : grants) {
    std::string item = to_string(grant.role);
    if (!grant.region.empty()) item += "@" + grant.region;
    if (!grant.unit.empty()) item += "/" + grant.unit;
    out.push_back(std::move(item));
  }
  return join(out, ",");
}

// "": one is to be made.
Result<std::string> read_password(const Args& args) {
  if (!args.has("password-stdin")) return std::string();
  std::string line;
  if (!std::getline(std::cin, line) || line.empty()) {
    return fail(Code::invalid, "there is no password in the input", "--password-stdin");
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

void print_password(const std::string& password) {
  if (password.empty()) return;
  std::printf("password: %s\nIt is shown once, and has to be changed at the first sign-in.\n",
              password.c_str());
}

// A change of an account, its record, and what is printed.
int change(const Desk& desk, const std::string& id, const protect::AccountChange& wanted,
           const std::string& detail) {
  const auto made = desk.accounts->change(id, wanted, desk.now());
  if (!made) return complain(made.error());
  if (auto noted = desk.note("manage_accounts", id, detail); !noted) return complain(noted.error());
  std::printf("%s: %s\n", id.c_str(), detail.c_str());
  print_password(made->password);
  return exit_ok;
}

}  // namespace

const CommandSpec account_add_command = {
    "account add",
    "<name>",
    "makes an account to sign in with",
    1,
    1,
    add_options,
    "cairn account add li.wei --name 李伟 --grants duty_officer@5134"};
const CommandSpec account_list_command = {
    "account list", "", "shows the accounts and their rights", 0, 0, list_options, ""};
const CommandSpec account_grant_command = {
    "account grant",
    "<name>",
    "gives an account these rights instead of those it has",
    1,
    1,
    grant_options,
    "cairn account grant li.wei --grants duty_officer@513428,checker@5134"};
const CommandSpec account_password_command = {"account password",
                                              "<name>",
                                              "gives an account a new password",
                                              1,
                                              1,
                                              password_options,
                                              "cairn account password li.wei"};
const CommandSpec account_disable_command = {
    "account disable",
    "<name>",
    "lets an account in no longer, and ends its sessions and tokens",
    1,
    1,
    disable_options,
    ""};
const CommandSpec account_token_command = {"account token",
                                           "<name>",
                                           "makes a token for a program that acts for an account",
                                           1,
                                           1,
                                           token_options,
                                           "cairn account token li.wei --label export --days 30"};
const CommandSpec audit_list_command = {"audit list",
                                        "",
                                        "shows who tried what, the newest last",
                                        0,
                                        0,
                                        audit_options,
                                        "cairn audit list --outcome refused"};
const CommandSpec audit_verify_command = {
    "audit verify", "", "finds rows of the audit trail that were changed or taken away", 0, 0,
    verify_options, ""};

int run_account_add(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  auto grants = wanted_grants(args, load_regions(desk->context));
  if (!grants) return complain(grants.error());
  auto password = read_password(args);
  if (!password) return complain(password.error());
  protect::NewAccount wanted;
  wanted.id = args.words[0];
  wanted.name = {args.get("name"), args.get("name-en")};
  wanted.grants = std::move(*grants);
  wanted.password = std::move(*password);
  const auto made = desk->accounts->add(wanted, desk->now());
  if (!made) return complain(made.error());
  const std::string rights = grants_text(wanted.grants);
  if (auto noted = desk->note("manage_accounts", wanted.id, "added with " + rights); !noted) {
    return complain(noted.error());
  }
  std::printf("account %s: %s\n", wanted.id.c_str(), rights.empty() ? "no rights" : rights.c_str());
  print_password(made->password);
  return exit_ok;
}

int run_account_list(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  for (const protect::Account& account : desk->accounts->list()) {
    std::printf("%-24s %s%s%s  %s\n", account.id.c_str(), account.name.in(Language::zh).c_str(),
                account.disabled ? "  [disabled]" : "",
                account.must_change ? "  [has to change the password]" : "",
                grants_text(account.grants).c_str());
    for (const protect::ApiToken& token : desk->accounts->tokens_of(account.id)) {
      std::printf("  token %s  %s  until %s  %s\n", token.id.c_str(), token.label.c_str(),
                  to_string(token.expires).c_str(), grants_text(token.grants).c_str());
    }
  }
  return exit_ok;
}

int run_account_grant(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  auto grants = wanted_grants(args, load_regions(desk->context));
  if (!grants) return complain(grants.error());
  protect::AccountChange wanted;
  wanted.grants = std::move(*grants);
  const std::string rights = grants_text(*wanted.grants);
  return change(*desk, args.words[0], wanted, rights.empty() ? "no rights" : "rights " + rights);
}

int run_account_password(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  auto password = read_password(args);
  if (!password) return complain(password.error());
  protect::AccountChange wanted;
  wanted.reset_password = password->empty();
  wanted.password = std::move(*password);
  return change(*desk, args.words[0], wanted, "new password");
}

int run_account_disable(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  protect::AccountChange wanted;
  wanted.disabled = !args.has("enable");
  return change(*desk, args.words[0], wanted, *wanted.disabled ? "disabled" : "enabled");
}

int run_account_token(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  const std::string& id = args.words[0];
  if (args.has("end")) {
    const std::string token = args.get("end");
    if (auto ended = desk->accounts->end_token(id, token); !ended) return complain(ended.error());
    const Status noted = desk->note("manage_accounts", id, format("token {} ended", token));
    return noted ? exit_ok : complain(noted.error());
  }
  const auto account = desk->accounts->find(id);
  if (!account) return complain({Code::not_found, format("there is no account '{}'", id), ""});
  const auto days = parse_integer(args.get("days", "90"));
  if (!days || *days < 1 || *days > 366) {
    return complain({Code::invalid, "--days is a number from 1 to 366", ""});
  }
  const auto workspace = load_regions(desk->context);
  auto grants = wanted_grants(args, workspace);
  if (!grants) return complain(grants.error());
  protect::NewToken wanted{id, args.get("label", "command line"),
                           args.has("grants") ? *grants : account->grants,
                           desk->now() + *days * ns_per_day};
  const auto made = desk->accounts->add_token(wanted, *workspace->regions, desk->now());
  if (!made) return complain(made.error());
  const Status noted = desk->note("manage_accounts", id, format("token {} added", made->token.id));
  if (!noted) return complain(noted.error());
  std::printf("token %s: %s\nIt is shown once: Authorization: Bearer <token>\n",
              made->token.id.c_str(), made->secret.c_str());
  return exit_ok;
}

int run_audit_list(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  const auto limit = parse_integer(args.get("limit", "50"));
  protect::AuditQuery query;
  query.actor = args.get("actor");
  query.action = args.get("action");
  if (!limit || *limit < 1 || *limit > 100'000) {
    return complain({Code::invalid, "--limit is a number from 1 to 100000", ""});
  }
  query.limit = static_cast<std::size_t>(*limit);
  if (args.has("outcome")) {
    query.outcome = protect::parse_outcome(args.get("outcome"));
    if (!query.outcome) {
      return complain({Code::invalid, "--outcome is allowed, refused, failed or done", ""});
    }
  }
  const auto page = desk->trail->find(query);
  if (!page) return complain(page.error());
  for (auto row = page->rows.rbegin(); row != page->rows.rend(); ++row) {
    std::printf("%6llu  %s  %-8s %-20s %-16s %s %s %s %s%s\n",
                static_cast<unsigned long long>(row->number), to_string(row->at).c_str(),
                to_string(row->outcome), row->action.c_str(),
                row->actor.empty() ? "-" : row->actor.c_str(), row->region.c_str(),
                row->subject.c_str(), row->peer.c_str(), row->detail.c_str(),
                row->times > 1 ? format(" ({} times)", row->times).c_str() : "");
  }
  return exit_ok;
}

int run_audit_verify(const Args& args) {
  auto desk = open_desk(args);
  if (!desk) return complain(desk.error());
  const auto check = desk->trail->verify(args.get("head"));
  if (!check) return complain(check.error());
  if (check->wrong) {
    std::fprintf(stderr, "the audit trail is damaged: %s\n", check->trouble.c_str());
    return exit_failed;
  }
  std::printf("%llu rows, none changed or missing\nhead %s\n",
              static_cast<unsigned long long>(check->rows), check->head.c_str());
  return exit_ok;
}

}  // namespace cairn::app
