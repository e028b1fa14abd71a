// SPDX-License-Identifier: Apache-2.0
#include "app/pack.hpp"

#include <algorithm>
#include <filesystem>

#include "app/context.hpp"
#include "app/pack_template.hpp"
#include "core/text.hpp"
#include "model/pack_schema.hpp"
#include "model/workspace.hpp"

namespace cairn::app {
namespace {

const OptionSpec new_options[] = {
    {"label-zh", "<text>", "what the system is called in Chinese: 积雪监测"},
    {"label-en", "<text>", "and in English: Snow depth"},
    {"type", "<name>", "the type of its stations (default: the id and _station)"},
    {"property", "<name>", "what they measure (default: level)"},
    {"unit", "<unit>", "of what they measure: mm, Cel, ug/m3, %, 1 (default: m)"},
    {"region", "<code>", "where the sample station stands (default: 513401)"},
    root_option,
};

const OptionSpec schema_options[] = {
    {"reference", "", "the tables of docs/packs.md instead"},
};

// The next free name: snow_station_2.
template <class Taken>
std::string free_name(const std::string& name, Taken taken) {
  int number = 2;
  while (taken(format("{}_{}", name, number))) ++number;
  return format("{}_{}", name, number);
}

// Names are unique over all packs.
Status check_free(const PackWish& wish, const model::Catalog& catalog) {
  if (const model::PackDef* pack = catalog.pack(wish.id)) {
    return fail(Code::conflict,
                format("there is a pack '{}' already, in {}", wish.id, pack->directory));
  }
  if (const model::TypeDef* type = catalog.type(wish.type)) {
    const auto taken = [&](const std::string& name) { return catalog.type(name) != nullptr; };
    return fail(Code::conflict,
                format("the type '{}' is taken, by the pack {} ({}); try --type {}", wish.type,
                       type->pack, type->place, free_name(wish.type, taken)));
  }
  for (const model::IndicatorDef& indicator : catalog.indicators) {
    std::string name = wish.id;
    std::replace(name.begin(), name.end(), '-', '_');
    if (indicator.id != name + "_highest" && indicator.id != name + "_reporting") continue;
    return fail(Code::conflict, format("the indicator '{}' is taken, by the pack {} ({}); take "
                                       "another id",
                                       indicator.id, indicator.pack, indicator.place));
  }
  return {};
}

// The sample station's county, and a point in it.
Status place_station(PackWish& wish, const model::Workspace& workspace) {
  const model::RegionTree& regions = *workspace.regions;
  model::RegionIndex at = model::no_region;
  if (!wish.region.empty()) {
    const auto found = regions.require(wish.region);
    if (!found) return fail(found.error().code, found.error().message, "--region");
    at = *found;
  } else if (at = regions.find("513401"); at == model::no_region) {
    for (model::RegionIndex i = 0; i < regions.size() && at == model::no_region; ++i) {
      if (regions[i].level == model::Level::county) at = i;
    }
  }
  if (at == model::no_region) return fail(Code::not_found, "no county is loaded");
  wish.region = regions[at].code;
  if (regions[at].position) {
    wish.lon = regions[at].position->x;
    wish.lat = regions[at].position->y;
  }
  return {};
}

Status write_all(Files& files, const std::string& folder, const std::vector<PackText>& texts) {
  for (const PackText& text : texts) {
    const std::string path = format("{}/{}", folder, text.name);
    const std::string parent = path.substr(0, path.rfind('/'));
    if (auto made = files.make_directory(parent); !made) return made;
    if (auto written = files.replace(path, text.text); !written) return written;
  }
  return {};
}

}  // namespace

const CommandSpec pack_new_command = {
    "pack new",
    "<id>",
    "Begins a pack: a folder that checks as it stands, with notes where you go on.",
    1,
    1,
    new_options,
    "cairn pack new snow-depth --label-zh 积雪监测 --label-en 'Snow depth' --property depth --unit "
    "cm"};

int run_pack_new(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  auto wish = complete({args.words[0],
                        {args.get("label-zh"), args.get("label-en")},
                        args.get("type"),
                        args.get("property"),
                        args.get("unit"),
                        args.get("region")});
  if (!wish) {
    print_error(*context, wish.error());
    return exit_usage;
  }
  const std::string folder = format("{}/packs/{}", context->root, wish->id);
  std::error_code ignored;
  if (std::filesystem::exists(folder, ignored)) {
    return report(*context,
                  {Code::conflict, "there is such a folder already; nothing was written", folder});
  }
  Problems problems;  // of other packs: not asked here
  const auto workspace = model::load_workspace(*context->files, {context->root, "panxi"}, problems);
  if (!workspace) return report(*context, workspace.error());
  if (const auto free = check_free(*wish, *workspace->catalog); !free) {
    return report(*context, free.error());
  }
  if (const auto placed = place_station(*wish, *workspace); !placed) {
    return report(*context, placed.error());
  }
  const auto texts = pack_texts(*wish);
  if (const auto done = write_all(*context->files, folder, texts); !done) {
    return report(*context, done.error());
  }
  for (const PackText& text : texts) print_out(format("{}/{}\n", folder, text.name));
  print_out(
      format("\n下一步 Next:\n"
             "  cairn check {0}     查错 what is wrong, and where\n"
             "  cairn replay {0}    还有哪些数待算 what is still to be worked out\n"
             "  docs/packs.md       一小时内做成一个新系统 a new system in an hour\n",
             wish->id));
  return exit_ok;
}

const CommandSpec pack_schema_command = {
    "pack schema",
    "",
    "Prints the JSON Schema of pack.yaml for editors (docs/schema/pack.schema.json).",
    0,
    0,
    schema_options,
    "cairn pack schema > pack.schema.json"};

int run_pack_schema(const Args& args) {
  print_out(args.has("reference") ? model::pack_reference() : model::pack_schema());
  return exit_ok;
}

}  // namespace cairn::app
