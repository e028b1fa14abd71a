// SPDX-License-Identifier: Apache-2.0
#include "app/export.hpp"

#include <cstdio>
#include <set>

#include "app/context.hpp"
#include "core/csv.hpp"
#include "core/text.hpp"
#include "watch/archive.hpp"
#include "watch/series_buckets.hpp"

namespace cairn::app {
namespace {

const OptionSpec export_options[] = {
    {"type", "<type>", "all things of this type"},
    {"thing", "<id>", "this thing"},
    {"property", "<name>", "this property (default: all that have series)"},
    {"from", "<date>", "from its beginning: 2024, 2024-06, 2024-06-01 or an instant"},
    {"to", "<date>", "to its end (default: everything)"},
    {"step", "<span>", "count, mean, least, greatest and last of every 15min, 1h, 1d …"},
    {"output", "<file>", "write here instead of standard output"},
    root_option,
    data_option,
};

struct Wanted {
  std::string type;
  std::string thing;
  std::string property;
  Instant after = Instant::min();
  Instant until = Instant::max();
  std::int64_t step_ns = 0;  // 0: the values themselves
};

Result<Wanted> wanted_by(const Args& args, const watch::World& world) {
  Wanted out{args.get("type"), args.get("thing"), args.get("property")};
  const Zone zone = world.workspace.zone;
  if (!out.type.empty() && world.snapshot.table(out.type) == nullptr) {
    return fail(Code::not_found, format("no pack declares the type '{}'", out.type), "--type");
  }
  if (args.has("from")) {
    const auto period = parse_period(args.get("from"), zone);
    const auto instant =
        period ? Result<Instant>(period->begin) : parse_instant(args.get("from"), zone);
    if (!instant) return fail(instant.error().code, instant.error().message, "--from");
    out.after = *instant - 1;
  }
  if (args.has("to")) {
    const auto until = parse_as_of(args.get("to"), zone);
    if (!until) return fail(until.error().code, until.error().message, "--to");
    out.until = *until;
  }
  if (args.has("step")) {
    const auto step = parse_span(args.get("step"));
    if (!step || step->months > 0) {
      return fail(Code::invalid, "a step is of equal length: 15min, 1h, 1d, 1w", "--step");
    }
    out.step_ns = step->ns;
  }
  return out;
}

// Rows as they are read; a series of years is never in memory as a whole.
class Export {
 public:
  Export(const model::Snapshot& snapshot, const Wanted& wanted, std::FILE* file)
      : snapshot_(snapshot), history_(*snapshot.history), wanted_(wanted), file_(file) {}

  Status run() {
    put(wanted_.step_ns > 0 ? "thing,property,begin,count,mean,min,max,last,unit\r\n"
                            : "thing,property,time,value,unit\r\n");
    for (const auto& table : snapshot_.tables) {
      if (!table || (!wanted_.type.empty() && table->type->name != wanted_.type)) continue;
      if (auto done = write_table(*table); !done) return done;
    }
    flush();
    if (failed_) return fail(Code::io, "the output could not be written");
    return {};
  }
  std::uint64_t series() const { return series_; }
  std::uint64_t rows() const { return rows_; }

 private:
  Status write_table(const model::Table& table) {
    std::set<model::SeriesId> written;  // the versions of a thing have one series
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      if (!wanted_.thing.empty() && table.ids[row] != wanted_.thing) continue;
      for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const model::PropertyDef& property = table.type->properties[i];
        const auto& column = table.columns[i].series;
        if (row >= column.size() || column[row] == model::no_series) continue;
        if (!wanted_.property.empty() && property.name != wanted_.property) continue;
        if (!written.insert(column[row]).second) continue;
        begin_ = csv_field(table.ids[row]) + "," + property.name + ",";
        end_ = "," + csv_field(property.unit.text) + "\r\n";
        const std::uint64_t before = rows_;
        if (auto done = write_series(column[row]); !done) return done;
        series_ += rows_ > before ? 1 : 0;
      }
    }
    return {};
  }

  Status write_series(model::SeriesId series) {
    const Instant after = wanted_.after;
    if (wanted_.step_ns > 0) return write_buckets(series, after, wanted_.until, wanted_.step_ns);
    if (!watch::has_buckets(history_, series)) {
      write_values(series, after, wanted_.until);
      return {};
    }
    // Day by day, where there are any.
    std::vector<store::Bucket> days;
    auto done = watch::series_buckets(history_, series, after, wanted_.until, ns_per_day, days);
    if (!done) return done;
    for (const store::Bucket& day : days) {
      const Instant begin = std::max(after, Instant{day.begin_ns} - 1);
      write_values(series, begin, std::min(wanted_.until, begin + ns_per_day));
    }
    return {};
  }
  void write_values(model::SeriesId series, Instant after, Instant until) {
    samples_.clear();
    history_.read(series, after, until, samples_);
    for (const model::Sample& sample : samples_) {
      put(begin_ + to_string(sample.time.end) + "," + number_text(sample.value) + end_);
      ++rows_;
    }
  }
  Status write_buckets(model::SeriesId series, Instant after, Instant until, std::int64_t step_ns) {
    std::vector<store::Bucket> buckets;
    auto done = watch::series_buckets(history_, series, after, until, step_ns, buckets);
    for (const store::Bucket& b : buckets) {
      put(begin_ +
          format("{},{},{},{},{},{}", to_string(Instant{b.begin_ns}), b.count,
                 number_text(b.sum / static_cast<double>(b.count)), number_text(b.min),
                 number_text(b.max), number_text(b.last)) +
          end_);
      ++rows_;
    }
    return done;
  }

  void put(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= std::size_t{1} << 16) flush();
  }
  void flush() {
    failed_ = failed_ || std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size() ||
              std::fflush(file_) != 0;
    buffer_.clear();
  }

  const model::Snapshot& snapshot_;
  const model::History& history_;
  const Wanted& wanted_;
  std::FILE* file_;
  std::string begin_;
  std::string end_;
  std::string buffer_;
  std::vector<model::Sample> samples_;
  std::uint64_t series_ = 0;
  std::uint64_t rows_ = 0;
  bool failed_ = false;
};

}  // namespace

const CommandSpec export_command = {
    "export",
    "",
    "Writes observations as CSV, also of a data directory that a server is writing.",
    0,
    0,
    export_options,
    "cairn export --type slope_station --property rain --from 2026-01 --output rain.csv"};

int run_export(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  if (!args.has("type") && !args.has("thing")) {
    print_error(*context, {Code::invalid, "what? name --type or --thing", {}});
    return exit_usage;
  }
  const auto world = load(*context);
  if (!world) return report(*context, world.error());
  const auto wanted = wanted_by(args, **world);
  if (!wanted) return report(*context, wanted.error());
  const auto snapshot = watch::stored_snapshot(*context->files, context->data + "/live", *world);
  if (!snapshot) return report(*context, snapshot.error());
  const std::string path = args.get("output");
  std::FILE* file = path.empty() ? stdout : std::fopen(path.c_str(), "wb");
  if (file == nullptr) return report(*context, {Code::io, "cannot create the file", path});
  Export out(*snapshot, *wanted, file);
  Status done = out.run();
  if (!path.empty() && std::fclose(file) != 0 && done) {
    done = fail(Code::io, "the file could not be written to its end", path);
  }
  if (!done) return report(*context, done.error());
  if (out.rows() == 0) {
    std::fputs("nothing was observed of that\n", stderr);
  } else if (!path.empty()) {
    std::fprintf(stderr, "%llu rows of %llu series\n", static_cast<unsigned long long>(out.rows()),
                 static_cast<unsigned long long>(out.series()));
  }
  return exit_ok;
}

}  // namespace cairn::app
