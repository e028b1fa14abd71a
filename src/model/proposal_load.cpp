// SPDX-License-Identifier: Apache-2.0
// proposals/<id>.yaml: see region_load.hpp.
#include "core/encoding.hpp"
#include "core/text.hpp"
#include "model/csv_rows.hpp"
#include "model/region_load.hpp"
#include "model/yaml.hpp"

namespace cairn::model {
namespace {

class ProposalReader {
 public:
  ProposalReader(const Files& files, std::string path, Zone zone, Problems& problems)
      : files_(files), path_(std::move(path)), zone_(zone), problems_(problems) {}

  Result<Proposal> read() {
    const auto text = files_.read(path_);
    if (!text) return fail(text.error());
    const auto root = parse_yaml(*text, path_);
    if (!root) return fail(root.error());
    YamlMap map(*root, path_, problems_);
    out_.place = map.place();
    out_.id = map.text("proposal", true);
    out_.label = map.label("label", true);
    out_.region = map.text("region", true);
    out_.note = map.label("note");
    if (!map.ok() || out_.id.empty()) {
      return fail(Code::invalid, "a proposal needs an id: `proposal: …`", out_.place);
    }
    for (const std::string& name : map.texts("things")) read_things(name);
    if (const YamlNode* changes = map.get("changes")) read_changes(*changes, map);
    out_.retire = map.texts("retire");
    out_.retire_from = moment(map.text("retire_from"), out_.place);
    map.finish();
    return std::move(out_);
  }

 private:
  void read_things(const std::string& name) {
    const std::string path = path_.substr(0, path_.rfind('/') + 1) + name;
    const auto bytes = files_.read(path);
    if (!bytes) {
      problems_.errors.push_back(bytes.error());
      return;
    }
    const auto decoded = decode_text(*bytes);
    if (!decoded) {
      problems_.error(format("{}:{}", path, decoded.error().place), decoded.error().message);
      return;
    }
    Records fresh;
    read_things_csv(decoded->text, path, zone_, fresh, problems_);
    for (Thing& thing : fresh.things) {
      // The sources of a proposal are explained with its region.
      if (!thing.source.empty()) thing.source = format("regions/{}/{}", out_.region, thing.source);
      out_.things.push_back(std::move(thing));
    }
  }

  void read_changes(const YamlNode& node, const YamlMap& outer) {
    if (node.kind != YamlNode::Kind::list) {
      problems_.error(outer.place(node), "'changes' is a list of {thing, from, set}");
      return;
    }
    for (const YamlNode& item : node.items) {
      YamlMap map(item, path_, problems_);
      Change change;
      change.place = map.place();
      change.thing = map.text("thing", true);
      change.from = moment(map.text("from"), change.place);
      const YamlNode* set = map.required("set");
      map.finish();
      if (change.thing.empty() || set == nullptr) continue;
      if (set->kind != YamlNode::Kind::map || set->members.empty()) {
        problems_.error(map.place(*set), "'set' is a map of properties to values");
        continue;
      }
      for (const auto& [property, value] : set->members) {
        if (value.kind != YamlNode::Kind::scalar && value.kind != YamlNode::Kind::null) {
          problems_.error(map.place(value), format("the value of '{}' must be plain", property));
          continue;
        }
        // Read as the property's kind when the overlay is built; null takes the value away.
        change.set.emplace_back(property,
                                value.kind == YamlNode::Kind::null ? Value{} : Value{value.scalar});
      }
      out_.changes.push_back(std::move(change));
    }
  }

  Instant moment(const std::string& text, const std::string& place) {
    if (text.empty()) return Instant::min();
    const auto t = parse_beginning(text, zone_);
    if (!t) {
      problems_.error(place, t.error().message);
      return Instant::min();
    }
    return *t;
  }

  const Files& files_;
  std::string path_;
  Zone zone_;
  Problems& problems_;
  Proposal out_;
};

}  // namespace

Result<Proposal> load_proposal(const Files& files, const std::string& path, Zone zone,
                               Problems& problems) {
  return ProposalReader(files, path, zone, problems).read();
}

}  // namespace cairn::model
