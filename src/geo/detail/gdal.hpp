// SPDX-License-Identifier: Apache-2.0
// GDAL behind a scope: what it complains about becomes our Error and never standard error, and it
// leaves no files of its own beside those that it reads.
#pragma once

#include <cpl_conv.h>
#include <cpl_error.h>
#include <gdal.h>
#include <ogr_srs_api.h>

#include <memory>
#include <string>

#include "core/result.hpp"

namespace cairn::geo::detail {

// One for each stretch of GDAL calls, in the calling thread.
class GdalScope {
 public:
  GdalScope();
  ~GdalScope();
  GdalScope(const GdalScope&) = delete;
  GdalScope& operator=(const GdalScope&) = delete;

  // The first complaint since the scope began, or `otherwise`.
  std::string complaint(const std::string& otherwise) const;
  tl::unexpected<Error> failure(Code code, const std::string& what, const std::string& place) const;

 private:
  static void CPL_STDCALL hear(CPLErr level, CPLErrorNum number, const char* text);

  std::string first_;
};

struct CloseDataset {
  void operator()(void* dataset) const { GDALClose(dataset); }
};
using Dataset = std::unique_ptr<void, CloseDataset>;

struct FreeReference {
  void operator()(void* reference) const {
    OSRDestroySpatialReference(static_cast<OGRSpatialReferenceH>(reference));
  }
};
using Reference = std::unique_ptr<void, FreeReference>;

struct FreeTransform {
  void operator()(void* transform) const {
    OCTDestroyCoordinateTransformation(static_cast<OGRCoordinateTransformationH>(transform));
  }
};
using Transform = std::unique_ptr<void, FreeTransform>;

// Longitude and latitude on WGS 84, in this order.
Reference wgs84_reference();

}  // namespace cairn::geo::detail
