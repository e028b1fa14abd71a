// SPDX-License-Identifier: Apache-2.0
// What every command needs: where the folders are, and the world loaded from them.
#pragma once

#include <memory>
#include <string>

#include "app/args.hpp"
#include "app/terminal.hpp"
#include "core/seams.hpp"
#include "watch/world.hpp"

namespace cairn::app {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  // the input is wrong, or a check found errors
inline constexpr int exit_usage = 2;   // the command line is wrong

struct Context {
  std::unique_ptr<Files> files = system_files();
  std::unique_ptr<Clock> clock = system_clock();
  std::string root;  // holds regions/ and packs/
  std::string data;  // data directory with the registry
  Style out;
  Style err;
  Language language = Language::zh;
};

// Options that every command has.
extern const OptionSpec root_option;
extern const OptionSpec data_option;
extern const OptionSpec language_option;

Result<Context> make_context(const Args& args);
// Folders, registry and the coverage study, without complaint about what does not concern the
// command. What the study does not know yet is computed here and kept in the data directory.
Result<std::shared_ptr<const watch::World>> load(const Context& context);

// The as-of instant of --at (the clock's now without it).
Result<Instant> as_of(const Context& context, const Args& args, Zone zone);

void print_error(const Context& context, const Error& error);
int report(const Context& context, const Error& error);  // prints, gives the exit code
void print_out(std::string_view text);

}  // namespace cairn::app
