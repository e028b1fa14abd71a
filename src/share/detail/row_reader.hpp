// SPDX-License-Identifier: Apache-2.0
// Rows of one kind of import as records of the preview.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "share/detail/columns.hpp"
#include "share/detail/report.hpp"
#include "share/detail/table.hpp"
#include "share/import.hpp"

namespace cairn::share::detail {

class RowReader {
 public:
  virtual ~RowReader() = default;
  // Reads a row whose cells stand one for each column of the header; mistakes go to the report,
  // records of a good row to the preview.
  virtual void read(const Row& row) = 0;
  // How many values the accepted rows hold.
  virtual std::size_t values() const = 0;
  // After the last row: what the import replaces, notes.
  virtual void finish() = 0;
};

struct ReaderInputs {
  const ImportRequest& request;
  const ImportContext& context;
  const std::vector<std::string>& header;
  Preview& preview;
  Report& report;

  Zone zone() const { return request.zone.value_or(context.snapshot.zone); }
  // What a row that names no source comes from.
  const std::string& source() const {
    return request.source.empty() ? request.name : request.source;
  }
  // True while rows are shown in the preview.
  bool sampling() const;
};

// An error when the header does not fit the kind.
Result<std::unique_ptr<RowReader>> read_things(const ReaderInputs& inputs);
Result<std::unique_ptr<RowReader>> read_statistics(const ReaderInputs& inputs);
Result<std::unique_ptr<RowReader>> read_observations(const ReaderInputs& inputs);

}  // namespace cairn::share::detail
