// SPDX-License-Identifier: Apache-2.0
#include "app/log.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/context.hpp"
#include "core/crc32c.hpp"
#include "core/text.hpp"
#include "store/journal.hpp"
#include "watch/engine.hpp"

namespace cairn::app {
namespace {

const OptionSpec log_options[] = {
    {"whole", "", "from the log's first record on; states are passed over"},
    root_option,
    data_option,
};

// Nobody may write meanwhile; the lock goes with the process.
Status lock(const std::string& directory) {
  const std::string path = directory + "/lock";
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file < 0) return fail(Code::io, "cannot create the lock file", path);
  if (::flock(file, LOCK_EX | LOCK_NB) == 0) return {};
  ::close(file);
  return fail(Code::conflict, "another process serves this data directory; stop it first", path);
}

}  // namespace

const CommandSpec log_digest_command = {
    "log digest",
    "",
    "Recovers the live engine of a data directory and prints its position, the digest of its state "
    "and what it holds. Equal logs give equal digests, however often the engine was stopped.",
    0,
    0,
    log_options,
    "cairn log digest --data data --whole"};

int run_log_digest(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const std::string directory = context->data + "/live";
  if (!context->files->exists(directory + "/log")) {
    return report(*context, {Code::not_found, "there is no log", directory});
  }
  if (const auto locked = lock(directory); !locked) return report(*context, locked.error());
  auto world = load(*context);
  if (!world) return report(*context, world.error());
  auto journal = store::Journal::open(directory);
  if (!journal) return report(*context, journal.error());
  watch::EngineOptions options;
  options.directory = directory;
  options.whole_log = args.has("whole");
  const auto engine = watch::Engine::open(*context->files, *context->clock, std::move(*world),
                                          std::move(*journal), options);
  if (!engine) return report(*context, engine.error());
  const std::string bytes = (*engine)->state_bytes();
  const watch::LiveStats stats = (*engine)->stats();
  print_out(
      format("position {}\nstate    {:08x}, {} bytes\nseries   {}\nreadings {}\n"
             "alerts   {} open\nrepairs  {} things wait for one\nrecovery {:.3f} s\n",
             (*engine)->applied(), crc32c(bytes), bytes.size(), stats.series, stats.history_points,
             stats.alerts_open, (*engine)->late_things(), stats.recovery_s));
  return exit_ok;
}

}  // namespace cairn::app
