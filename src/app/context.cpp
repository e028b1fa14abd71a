// SPDX-License-Identifier: Apache-2.0
#include "app/context.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/text.hpp"
#include "server/study.hpp"
#include "store/registry.hpp"

namespace cairn::app {
namespace {

// The nearest folder upwards from here that holds regions/, else the one the program came from.
std::string find_root() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  fs::path here = fs::current_path(ignored);
  for (; !here.empty(); here = here.parent_path()) {
    if (fs::is_directory(here / "regions", ignored)) return here.string();
    if (here == here.root_path()) break;
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  for (fs::path up = program.parent_path(); up != up.root_path(); up = up.parent_path()) {
    if (fs::is_directory(up / "regions", ignored)) return up.string();
  }
  return ".";
}

}  // namespace

const OptionSpec root_option = {"root", "<folder>", "folder with regions/, packs/, proposals/"};
const OptionSpec data_option = {"data", "<folder>", "data directory (default: data in the root)"};
const OptionSpec language_option = {"lang", "zh|en", "language of labels (default: zh)"};

Result<Context> make_context(const Args& args) {
  Context context;
  context.root = args.get("root", "");
  if (context.root.empty()) context.root = find_root();
  context.data = args.get("data", context.root + "/data");
  context.out = style_for(STDOUT_FILENO);
  context.err = style_for(STDERR_FILENO);
  const std::string language = args.get("lang", "zh");
  if (language != "zh" && language != "en") {
    return fail(Code::invalid, format("--lang is zh or en, not '{}'", language));
  }
  context.language = language == "en" ? Language::en : Language::zh;
  return context;
}

Result<std::shared_ptr<const watch::World>> load(const Context& context) {
  model::Records imported;
  if (context.files->exists(context.data + "/registry.sqlite")) {
    const auto registry = store::Registry::open(context.data);
    if (!registry) return fail(registry.error());
    auto records = (*registry)->records();
    if (!records) return fail(records.error());
    imported = std::move(*records);
  }
  return watch::load_world(*context.files, {context.root, "panxi"}, imported,
                           server::StudyDesk::make(*context.files, {context.data}));
}

Result<Instant> as_of(const Context& context, const Args& args, Zone zone) {
  const std::string at = args.get("at");
  if (at.empty() || at == "now") return context.clock->now();
  auto parsed = parse_as_of(at, zone);
  if (!parsed) return fail(parsed.error().code, parsed.error().message, "--at");
  return parsed;
}

void print_error(const Context& context, const Error& error) {
  std::fprintf(stderr, "%s %s\n", context.err.red("error:").c_str(), to_string(error).c_str());
}

int report(const Context& context, const Error& error) {
  print_error(context, error);
  return exit_failed;
}

void print_out(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace cairn::app
