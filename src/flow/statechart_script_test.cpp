// SPDX-License-Identifier: Apache-2.0
// SCXML test scripts of others (testdata/SOURCES.md): after each event the active leaves must be
// those that the script names.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "core/text.hpp"
#include "flow/chart_load.hpp"
#include "flow/expression.hpp"
#include "flow/instance_text.hpp"
#include "flow/statechart.hpp"

namespace cairn::flow {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

struct Script {
  std::string name;  // group/test
  std::string yaml;
  std::vector<std::string> steps;
};

std::vector<Script> read_scripts(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<Script> out;
  bool steps = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("== ")) {
      out.push_back({line.substr(3), {}, {}});
      steps = false;
      continue;
    }
    steps = steps || line.starts_with("-- ");
    if (steps) {
      out.back().steps.push_back(line);
    } else {
      out.back().yaml += line + "\n";
    }
  }
  return out;
}

std::string sorted_words(std::string_view text) {
  std::vector<std::string> words;
  for (const auto word : split(text, ' ')) {
    if (!word.empty()) words.emplace_back(word);
  }
  std::ranges::sort(words);
  return join(words, " ");
}

// The host of one script: time passes when it says so, sent events come back when due.
class Host {
 public:
  // Empty when all is as the script says.
  std::string run(const Script& script) {
    Problems problems;
    auto workflow = read_workflow(script.yaml, script.name, problems);
    if (!workflow) return to_string(problems.errors.front());
    chart_ = std::move(workflow->chart);
    auto started = start(chart_, now_, guards_);
    if (!started) return to_string(started.error());
    instance_ = std::move(started->instance);
    keep_sends(started->step);
    deliver();
    for (const std::string& step : script.steps) {
      if (std::string wrong = play(step); !wrong.empty()) return step + ": " + wrong;
    }
    return {};
  }

 private:
  std::string play(std::string_view line) {
    if (line.starts_with("-- ")) return compare(line.substr(3));
    if (line.starts_with('@')) {
      const std::size_t blank = line.find(' ');
      now_ = now_ + *parse_integer(line.substr(1, blank - 1)) * ns_per_ms;
      line.remove_prefix(blank + 1);
      deliver();
    }
    const std::size_t arrow = line.find(" -> ");
    external({std::string(line.substr(0, arrow)), {}, now_});
    deliver();
    return compare(line.substr(std::min(line.size(), arrow + 4)));
  }

  std::string compare(std::string_view expected) {
    std::vector<std::string> ids;
    for (const StateIndex s : leaves(chart_, instance_)) ids.push_back(chart_.states[s].id);
    const std::string found = sorted_words(join(ids, " "));
    if (found != sorted_words(expected)) return format("active are: {}", found);
    // The journal's form must give back the same instance, at every step of every script.
    const auto again = parse_instance(to_text(chart_, instance_), chart_);
    if (!again) return to_string(again.error());
    return *again == instance_ ? "" : "the instance changes as text";
  }

  void external(const Event& event) {
    if (!instance_.running) return;
    const auto done = step(chart_, instance_, event, guards_);
    if (done) keep_sends(*done);
  }

  void keep_sends(const Step& step) {
    for (const Effect& effect : step.effects) {
      if (effect.kind == Effect::Kind::send) waiting_.emplace(effect.due, effect.name);
    }
  }

  void deliver() {
    while (!waiting_.empty() && waiting_.begin()->first <= now_) {
      const Event event{waiting_.begin()->second, {}, waiting_.begin()->first};
      waiting_.erase(waiting_.begin());
      external(event);
    }
  }

  Chart chart_;
  Instance instance_;
  Expressions guards_;
  Instant now_;
  std::multimap<Instant, std::string> waiting_;
};

TEST(StatechartScripts, AllPass) {
  const auto scripts = read_scripts(CAIRN_SOURCE_DIR "/src/flow/testdata/scion/scripts.txt");
  EXPECT_EQ(scripts.size(), 108U);
  std::map<std::string, std::pair<int, int>> groups;  // passed, run
  for (const Script& script : scripts) {
    const std::string wrong = Host().run(script);
    EXPECT_EQ(wrong, "") << script.name;
    auto& [passed, run] = groups[script.name.substr(0, script.name.find('/'))];
    passed += wrong.empty() ? 1 : 0;
    ++run;
  }
  for (const auto& [group, count] : groups) {
    std::printf("%-40s %d of %d\n", group.c_str(), count.first, count.second);
  }
}

}  // namespace
}  // namespace cairn::flow
