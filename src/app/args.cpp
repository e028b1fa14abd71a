// SPDX-License-Identifier: Apache-2.0
#include "app/args.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::app {
namespace {

const OptionSpec* find(const CommandSpec& command, std::string_view name) {
  const auto at = std::find_if(command.options.begin(), command.options.end(),
                               [&](const OptionSpec& option) { return option.name == name; });
  return at == command.options.end() ? nullptr : &*at;
}

tl::unexpected<Error> unknown(const CommandSpec& command, std::string_view name) {
  std::vector<std::string> names;
  for (const OptionSpec& option : command.options) names.emplace_back(option.name);
  const auto near = nearest(name, names);
  return fail(Code::invalid, near ? format("unknown option --{}; did you mean --{}?", name, *near)
                                  : format("unknown option --{}", name));
}

}  // namespace

std::string Args::get(std::string_view name, std::string_view otherwise) const {
  const auto at = options.find(name);
  return at == options.end() ? std::string(otherwise) : at->second;
}

Result<Args> parse_args(const CommandSpec& command, std::span<const std::string> words) {
  Args args;
  bool only_words = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_words || word.size() < 3 || word.substr(0, 2) != "--") {
      if (word == "--" && !only_words) {
        only_words = true;
      } else {
        args.words.push_back(word);
      }
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const OptionSpec* option = find(command, name);
    if (option == nullptr) return unknown(command, name);
    std::string value;
    if (equals != std::string::npos) {
      if (option->value.empty()) {
        return fail(Code::invalid, format("--{} takes no value", name));
      }
      value = word.substr(equals + 1);
    } else if (!option->value.empty()) {
      if (i + 1 == words.size()) {
        return fail(Code::invalid, format("--{} needs a value: {}", name, option->value));
      }
      value = words[++i];
    }
    args.options[name] = value;
  }
  if (args.words.size() < command.min_words) {
    return fail(Code::invalid, format("cairn {} needs {}", command.name, command.arguments));
  }
  if (args.words.size() > command.max_words) {
    return fail(Code::invalid, format("'{}' is one word too many; quote a formula with blanks",
                                      args.words[command.max_words]));
  }
  return args;
}

std::string help_text(const CommandSpec& command) {
  std::string out = format("{}\n\nusage: cairn {}{}{}{}\n", command.summary, command.name,
                           command.arguments.empty() ? "" : " ", command.arguments,
                           command.options.empty() ? "" : " [options]");
  if (!command.options.empty()) out += "\noptions:\n";
  for (const OptionSpec& option : command.options) {
    const std::string left =
        format("--{}{}{}", option.name, option.value.empty() ? "" : " ", option.value);
    out += format("  {:<26} {}\n", left, option.help);
  }
  if (!command.example.empty()) out += format("\nexample:\n  {}\n", command.example);
  return out;
}

}  // namespace cairn::app
