// SPDX-License-Identifier: Apache-2.0
#include "flow/instance_text.hpp"

#include <algorithm>
#include <optional>

#include "core/text.hpp"

namespace cairn::flow {
namespace {

constexpr std::string_view form = "cairn-instance 1";

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    out += text[i] == 'n' ? '\n' : text[i];
  }
  return out;
}

std::string ids(const Chart& chart, const std::vector<StateIndex>& states) {
  std::string out;
  for (const StateIndex state : states) {
    if (state != 0) out += " " + chart.states[state].id;
  }
  return out;
}

class LineReader {
 public:
  explicit LineReader(const Chart& chart) : chart_(chart) {}

  Status read(std::string_view line) {
    const std::size_t blank = line.find(' ');
    const std::string_view key = line.substr(0, blank);
    const std::string_view rest =
        blank == std::string_view::npos ? std::string_view() : line.substr(blank + 1);
    if (key == "chart") return chart(rest);
    if (key == "running") return running(rest);
    if (key == "sends") return sends(rest);
    if (key == "active") return active(rest);
    if (key == "remembered") return remembered(rest);
    if (key == "variable") return variable(rest);
    return fail(Code::invalid, format("unknown line '{}'", key));
  }
  Result<Instance> finish() && {
    if (!chart_seen_) return fail(Code::invalid, "the line 'chart' is missing");
    if (!is_configuration(chart_, instance_.active)) {
      return fail(Code::conflict, format("the active states are not a configuration of '{}'; does "
                                         "the instance belong to another version of it?",
                                         chart_.id));
    }
    return std::move(instance_);
  }

 private:
  Status chart(std::string_view rest) {
    const std::string_view id = rest.substr(0, rest.find(' '));
    if (id != chart_.id) {
      return fail(Code::conflict, format("of the chart '{}', not '{}'", id, chart_.id));
    }
    chart_seen_ = true;
    return std::monostate{};
  }
  Status running(std::string_view rest) {
    if (rest != "yes" && rest != "no") return fail(Code::invalid, "running is yes or no");
    instance_.running = rest == "yes";
    return std::monostate{};
  }
  Status sends(std::string_view rest) {
    const auto number = parse_integer(rest);
    if (!number || *number < 0) return fail(Code::invalid, "sends is a count");
    instance_.sends = static_cast<std::uint64_t>(*number);
    return std::monostate{};
  }
  Status active(std::string_view rest) {
    instance_.active = {0};
    return states(rest, instance_.active);
  }
  Status remembered(std::string_view rest) {
    std::vector<StateIndex> all;
    if (auto read = states(rest, all); !read) return read;
    if (all.size() < 2) return fail(Code::invalid, "needs a history and its states");
    const State& history = chart_.states[all[0]];
    const std::vector<StateIndex> kept(all.begin() + 1, all.end());
    const bool is_history =
        history.kind == StateKind::history || history.kind == StateKind::deep_history;
    const bool inside = std::ranges::all_of(
        kept, [&](StateIndex s) { return is_descendant(chart_, s, history.parent); });
    // What it leads to must be a configuration again: the histories of a chart are few, so the
    // whole is tried.
    if (!is_history || !inside || !restores(history, kept)) {
      return fail(Code::conflict, format("'{}' cannot remember{}", history.id, ids(chart_, kept)));
    }
    instance_.remembered[all[0]] = kept;
    return std::monostate{};
  }
  // What a history keeps is what was active below its parent at one time.
  bool restores(const State& history, const std::vector<StateIndex>& kept) const {
    const auto ok = [&](StateIndex s) {
      const State& state = chart_.states[s];
      if (state.kind == StateKind::history || state.kind == StateKind::deep_history) return false;
      return history.kind == StateKind::history ? state.parent == history.parent
                                                : state.children.empty();
    };
    if (!std::ranges::all_of(kept, ok)) return false;
    return covers(history.parent, history.kind == StateKind::deep_history, kept);
  }
  // Of a compound exactly one child is in `kept` (or leads to it), of a parallel each.
  bool covers(StateIndex state, bool deep, const std::vector<StateIndex>& kept) const {
    const State& s = chart_.states[state];
    std::size_t chosen = 0;
    for (const StateIndex child : s.children) {
      const bool here = std::ranges::any_of(
          kept, [&](StateIndex k) { return k == child || is_descendant(chart_, k, child); });
      if (!here) continue;
      ++chosen;
      if (deep && !chart_.states[child].children.empty() && !covers(child, deep, kept)) {
        return false;
      }
    }
    return chosen == (s.kind == StateKind::parallel ? s.children.size() : 1);
  }
  Status variable(std::string_view rest) {
    const std::size_t blank = rest.find(' ');
    const auto value =
        blank == std::string_view::npos ? std::nullopt : unquoted(rest.substr(blank + 1));
    if (!value) return fail(Code::invalid, "a variable needs a name and a text in quotes");
    instance_.variables[std::string(rest.substr(0, blank))] = *value;
    return std::monostate{};
  }
  Status states(std::string_view rest, std::vector<StateIndex>& out) {
    for (const std::string_view id : split(rest, ' ')) {
      const State* state = chart_.find(id);
      if (state == nullptr) {
        return fail(Code::not_found, format("the chart '{}' has no state '{}'", chart_.id, id));
      }
      out.push_back(static_cast<StateIndex>(state - chart_.states.data()));
    }
    return std::monostate{};
  }

  const Chart& chart_;
  Instance instance_;
  bool chart_seen_ = false;
};

}  // namespace

bool is_configuration(const Chart& chart, const std::vector<StateIndex>& active) {
  if (active.empty() || active.front() != 0 || !std::ranges::is_sorted(active)) return false;
  if (std::ranges::adjacent_find(active) != active.end()) return false;
  const auto is_active = [&](StateIndex s) { return std::ranges::binary_search(active, s); };
  return std::ranges::all_of(active, [&](StateIndex index) {
    const State& state = chart.states[index];
    if (state.kind == StateKind::history || state.kind == StateKind::deep_history) return false;
    if (!is_active(state.parent)) return false;
    const auto children =
        static_cast<std::size_t>(std::ranges::count_if(state.children, is_active));
    if (state.children.empty()) return true;
    return children == (state.kind == StateKind::parallel ? state.children.size() : 1);
  });
}

std::string to_text(const Chart& chart, const Instance& instance) {
  std::string out =
      format("{}\nchart {} {}\nrunning {}\nsends {}\nactive{}\n", form, chart.id, chart.version,
             instance.running ? "yes" : "no", instance.sends, ids(chart, instance.active));
  for (const auto& [history, states] : instance.remembered) {
    out += format("remembered {}{}\n", chart.states[history].id, ids(chart, states));
  }
  for (const auto& [name, value] : instance.variables) {
    out += format("variable {} {}\n", name, quoted(value));
  }
  return out;
}

Result<Instance> parse_instance(std::string_view text, const Chart& chart) {
  LineReader reader(chart);
  int number = 0;
  for (const std::string_view line : split(text, '\n')) {
    ++number;
    const std::string place = format("line {}", number);
    if (number == 1) {
      if (line != form) return fail(Code::unsupported, format("expected '{}'", form), place);
      continue;
    }
    if (line.empty()) continue;
    if (auto read = reader.read(line); !read) {
      return fail(read.error().code, read.error().message, place);
    }
  }
  return std::move(reader).finish();
}

}  // namespace cairn::flow
