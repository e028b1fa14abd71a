// SPDX-License-Identifier: Apache-2.0
// Command-line words: options with and without values, positional words, help texts.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cairn::app {

struct OptionSpec {
  std::string_view name;   // without the dashes
  std::string_view value;  // what stands behind it ("<date>"), empty for a switch
  std::string_view help;
};

struct CommandSpec {
  std::string_view name;       // "plan check"
  std::string_view arguments;  // "<plan>"
  std::string_view summary;
  std::size_t min_words = 0;
  std::size_t max_words = 0;
  std::span<const OptionSpec> options;
  std::string_view example;
};

struct Args {
  std::vector<std::string> words;
  std::map<std::string, std::string, std::less<>> options;

  bool has(std::string_view name) const { return options.find(name) != options.end(); }
  std::string get(std::string_view name, std::string_view otherwise = {}) const;
};

// "--name value", "--name=value", "--" ends the options. Unknown options are errors with a
// suggestion.
Result<Args> parse_args(const CommandSpec& command, std::span<const std::string> words);

std::string help_text(const CommandSpec& command);

}  // namespace cairn::app
