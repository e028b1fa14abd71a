// SPDX-License-Identifier: Apache-2.0
// Problems as a good compiler shows them: the exact piece of the source that is meant, a code, how
// to mend it, and which ones only follow from others.
#pragma once

#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"

namespace cairn::model {

struct Diagnosis {
  Error error;
  bool warning = false;
  std::string code;          // of fault.hpp: "P0010"
  Label help;                // may be empty
  std::string file;          // empty: no file is meant
  int line = 0;              // 1-based; 0: the whole file
  int column = 0;            // 1-based, in code points; 0: the whole line
  int end_column = 0;        // the one behind the piece, on the same line
  std::string source;        // the line, without its end
  bool consequence = false;  // goes away once another one is mended
};

// In the order of files and lines, errors before warnings. Formulas: the piece of the formula that
// is meant, on its own line of the file. Files that cannot be read any more give no piece.
std::vector<Diagnosis> diagnose(const Files& files, const Problems& problems);

}  // namespace cairn::model
