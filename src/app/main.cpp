// SPDX-License-Identifier: Apache-2.0
// cairn: the command line. Each command is a file; this one finds it and prints help.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "app/account.hpp"
#include "app/check.hpp"
#include "app/context.hpp"
#include "app/coverage.hpp"
#include "app/eval.hpp"
#include "app/export.hpp"
#include "app/import.hpp"
#include "app/log.hpp"
#include "app/pack.hpp"
#include "app/pack_coverage.hpp"
#include "app/plan.hpp"
#include "app/profile.hpp"
#include "app/replay.hpp"
#include "app/serve.hpp"
#include "app/simulate.hpp"
#include "app/simulate_send.hpp"
#include "app/study.hpp"
#include "app/terrain.hpp"
#include "core/text.hpp"

namespace {

using cairn::app::Args;
using cairn::app::CommandSpec;

struct Command {
  const CommandSpec* spec;
  int (*run)(const Args&);
};

const Command commands[] = {
    {&cairn::app::serve_command, cairn::app::run_serve},
    {&cairn::app::check_command, cairn::app::run_check},
    {&cairn::app::eval_command, cairn::app::run_eval},
    {&cairn::app::explain_command, cairn::app::run_explain},
    {&cairn::app::plan_list_command, cairn::app::run_plan_list},
    {&cairn::app::plan_check_command, cairn::app::run_plan_check},
    {&cairn::app::plan_show_command, cairn::app::run_plan_show},
    {&cairn::app::plan_report_command, cairn::app::run_plan_report},
    {&cairn::app::coverage_command, cairn::app::run_coverage},
    {&cairn::app::profile_command, cairn::app::run_profile},
    {&cairn::app::study_coverage_command, cairn::app::run_study_coverage},
    {&cairn::app::replay_command, cairn::app::run_replay},
    {&cairn::app::pack_new_command, cairn::app::run_pack_new},
    {&cairn::app::pack_coverage_command, cairn::app::run_pack_coverage},
    {&cairn::app::pack_schema_command, cairn::app::run_pack_schema},
    {&cairn::app::simulate_kinds_command, cairn::app::run_simulate_kinds},
    {&cairn::app::simulate_rows_command, cairn::app::run_simulate_rows},
    {&cairn::app::simulate_send_command, cairn::app::run_simulate_send},
    {&cairn::app::simulate_deploy_command, cairn::app::run_simulate_deploy},
    {&cairn::app::simulate_feed_command, cairn::app::run_simulate_feed},
    {&cairn::app::log_digest_command, cairn::app::run_log_digest},
    {&cairn::app::export_command, cairn::app::run_export},
    {&cairn::app::import_command, cairn::app::run_import},
    {&cairn::app::import_list_command, cairn::app::run_import_list},
    {&cairn::app::import_remove_command, cairn::app::run_import_remove},
    {&cairn::app::account_add_command, cairn::app::run_account_add},
    {&cairn::app::account_list_command, cairn::app::run_account_list},
    {&cairn::app::account_grant_command, cairn::app::run_account_grant},
    {&cairn::app::account_password_command, cairn::app::run_account_password},
    {&cairn::app::account_disable_command, cairn::app::run_account_disable},
    {&cairn::app::account_token_command, cairn::app::run_account_token},
    {&cairn::app::audit_list_command, cairn::app::run_audit_list},
    {&cairn::app::audit_verify_command, cairn::app::run_audit_verify},
    {&cairn::app::terrain_prepare_command, cairn::app::run_terrain_prepare},
    {&cairn::app::terrain_info_command, cairn::app::run_terrain_info},
};

void print_overview(std::FILE* out) {
  std::fputs(
      "Cairn plans, watches and protects the digital infrastructure of a region.\n\n"
      "usage: cairn <command> [arguments]\n\ncommands:\n",
      out);
  for (const Command& command : commands) {
    const std::string left = cairn::format("{} {}", command.spec->name, command.spec->arguments);
    std::fprintf(out, "  %-34s %s\n", left.c_str(), std::string(command.spec->summary).c_str());
  }
  std::fputs(
      "\n`cairn help <command>` shows its options. "
      "Exit code: 0 done, 1 failed or findings, 2 wrong command line.\n",
      out);
}

// A command of one word ("eval") or two ("plan check"); `used` is how many.
const Command* find_command(const std::vector<std::string>& words, std::size_t& used) {
  for (used = 2; used >= 1; --used) {
    if (words.size() < used) continue;
    const std::string name = used == 2 ? words[0] + " " + words[1] : words[0];
    for (const Command& command : commands) {
      if (command.spec->name == name) return &command;
    }
  }
  return nullptr;
}

// "terrain" alone is the first word of several commands: shows them.
bool print_group(std::string_view first) {
  bool any = false;
  for (const Command& command : commands) {
    if (!command.spec->name.starts_with(cairn::format("{} ", first))) continue;
    const std::string left = cairn::format("{} {}", command.spec->name, command.spec->arguments);
    std::printf("%scairn %-34s %s\n", any ? "" : "usage:\n", left.c_str(),
                std::string(command.spec->summary).c_str());
    any = true;
  }
  return any;
}

int unknown_command(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.emplace_back(command.spec->name);
  std::string given = words[0];
  if (words.size() > 1 && words[1].substr(0, 1) != "-") given += " " + words[1];
  auto near = cairn::nearest(given, names);
  if (!near) near = cairn::nearest(words[0], names);
  std::fprintf(stderr, "cairn: there is no command '%s'%s\n", words[0].c_str(),
               near ? (" (did you mean '" + *near + "'?)").c_str() : "");
  std::fputs("`cairn help` lists them.\n", stderr);
  return cairn::app::exit_usage;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) {
    print_overview(stderr);
    return cairn::app::exit_usage;
  }
  if (words[0] == "--version" || words[0] == "version") {
    std::puts("cairn 0.1.0");
    return cairn::app::exit_ok;
  }
  const bool help = words[0] == "help" || words[0] == "--help" || words[0] == "-h";
  if (help) words.erase(words.begin());
  if (help && words.empty()) {
    print_overview(stdout);
    return cairn::app::exit_ok;
  }
  std::size_t used = 0;
  const Command* command = find_command(words, used);
  if (command == nullptr) {
    const bool asked = help || words.size() == 1 || words[1] == "--help" || words[1] == "-h";
    if (asked && print_group(words[0])) {
      return help || words.size() > 1 ? cairn::app::exit_ok : cairn::app::exit_usage;
    }
    return unknown_command(words);
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
  for (const std::string& word : words) {
    if (word == "--") break;
    if (help || word == "--help" || word == "-h") {
      cairn::app::print_out(cairn::app::help_text(*command->spec));
      return cairn::app::exit_ok;
    }
  }
  if (help) {
    cairn::app::print_out(cairn::app::help_text(*command->spec));
    return cairn::app::exit_ok;
  }
  const auto args = cairn::app::parse_args(*command->spec, words);
  if (!args) {
    std::fprintf(stderr, "cairn %s: %s\n", std::string(command->spec->name).c_str(),
                 args.error().message.c_str());
    std::fprintf(stderr, "`cairn help %s` shows how it is used.\n",
                 std::string(command->spec->name).c_str());
    return cairn::app::exit_usage;
  }
  return command->run(*args);
}
