// SPDX-License-Identifier: Apache-2.0
#include "app/replay.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "app/context.hpp"
#include "core/text.hpp"
#include "model/pack_load.hpp"
#include "server/loop_replay.hpp"
#include "server/study.hpp"
#include "watch/replay.hpp"

namespace cairn::app {
namespace {

const OptionSpec replay_options[] = {
    {"no-loop", "", "values and rules alone, without log, alerts, groups and incidents"},
    {"firings", "", "list every firing of the pack's rules too"},
    root_option,
    data_option,
};

// Lines that say `todo`, by place. What came out is not shown: it is to be found without Cairn.
std::set<std::string> still_to_do(const watch::World& world, std::string_view pack) {
  std::set<std::string> out;
  const model::PackDef* def = world.workspace.catalog->pack(pack);
  if (def == nullptr) return out;
  for (const model::ReplayExpectation& expectation : def->replay) {
    if (model::to_be_worked_out(expectation)) out.insert(expectation.place);
  }
  return out;
}

void print_to_do(const Context& context, const watch::ReplayLine& line) {
  print_out(
      format("{} {}  {} {}\n     {} 待算：不用Cairn算出，替换todo still to be worked out, "
             "without Cairn\n",
             context.out.yellow("todo"), line.what, line.region, line.at, line.place));
}

void print_line(const Context& context, const watch::ReplayLine& line) {
  const std::string mark = line.passed ? context.out.green("ok  ") : context.out.red("FAIL");
  print_out(format("{} {}  {} {} = {}\n", mark, line.what, line.region, line.at, line.actual));
  if (line.passed) return;
  print_out(format("     expected {}", line.expected));
  if (line.difference) print_out(format(", difference {}", number_text(*line.difference)));
  print_out(format("\n     {} {}\n", line.place, line.reason));
}

// The replay runs over the shipped folders alone: what a user imported must not change the proof.
Result<std::shared_ptr<const watch::World>> shipped_world(const Context& context) {
  return watch::load_world(*context.files, {context.root, "panxi"}, {},
                           server::StudyDesk::make(*context.files, {context.data}));
}

// A folder for the ledger of groups and incidents, gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "cairn-replay-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Result<std::string> folder(const std::string& name) const {
    if (path_.empty()) return fail(Code::io, "no temporary folder can be made");
    std::error_code failed;
    std::filesystem::create_directories(path_ + "/" + name, failed);
    if (failed) return fail(Code::io, failed.message(), path_ + "/" + name);
    return path_ + "/" + name;
  }

 private:
  std::string path_;
};

Result<watch::ReplayReport> replay_one(const watch::World& world, const std::string& pack,
                                       const server::LoopReplay* loop, const Scratch& scratch) {
  if (loop == nullptr) return watch::replay_pack(world, pack);
  const auto folder = scratch.folder(pack);
  if (!folder) return fail(folder.error());
  return loop->replay(pack, *folder);
}

}  // namespace

const CommandSpec replay_command = {
    "replay",
    "<pack>|all",
    "Replays a pack's series, through alerts, groups and incidents, and compares indicators, rule "
    "firings and incidents with what it declares.",
    1,
    1,
    replay_options,
    "cairn replay slope --firings"};

int run_replay(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto world = shipped_world(*context);
  if (!world) return report(*context, world.error());
  std::vector<std::string> packs = {args.words[0]};
  if (packs[0] == "all") {
    packs.clear();
    for (const auto& pack : (*world)->workspace.catalog->packs) packs.push_back(pack.id);
  }
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t left = 0;
  const Scratch scratch;
  std::optional<server::LoopReplay> loop;
  if (!args.has("no-loop")) loop = server::LoopReplay::make(**world);
  for (const std::string& pack : packs) {
    const auto replay = replay_one(**world, pack, loop ? &*loop : nullptr, scratch);
    if (!replay) return report(*context, replay.error());
    print_out(context->out.bold(pack) + "\n");
    const std::set<std::string> to_do = still_to_do(**world, pack);
    std::set<std::string> hidden;  // what would give away what is to be worked out
    for (const watch::ReplayLine& line : replay->lines) {
      if (hidden.contains(line.what)) continue;
      if (!line.place.empty() && to_do.contains(line.place)) {
        print_to_do(*context, line);
        hidden.insert("alerts of " + line.what);
        ++left;
        continue;
      }
      print_line(*context, line);
      ++(line.passed ? passed : failed);
    }
    if (!args.has("firings")) continue;
    const Zone zone = (*world)->workspace.zone;
    for (const watch::Firing& firing : replay->firings) {
      print_out(format("     {} {} {} – {}{}\n", firing.rule, firing.thing,
                       to_string(firing.begin, zone),
                       firing.end ? to_string(*firing.end, zone) : "open",
                       firing.suppressed ? " (suppressed: recorded, nobody called)" : ""));
    }
  }
  print_out(format("{} passed, {} failed", passed, failed));
  print_out(left == 0 ? std::string("\n") : format(", {} still to be worked out\n", left));
  return failed + left == 0 ? exit_ok : exit_failed;
}

}  // namespace cairn::app
