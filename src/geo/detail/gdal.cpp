// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/gdal.hpp"

#include "core/text.hpp"

namespace cairn::geo::detail {
namespace {

constexpr GIntBig cache_bytes = GIntBig{64} << 20;  // of all open rasters together

bool start_gdal() {
  GDALAllRegister();
  GDALSetCacheMax64(cache_bytes);
  return true;
}

}  // namespace

GdalScope::GdalScope() {
  static const bool started = start_gdal();
  (void)started;
  CPLPushErrorHandlerEx(&GdalScope::hear, this);
  CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", "NO");
  CPLSetThreadLocalConfigOption("CPL_VSIL_GZIP_WRITE_PROPERTIES", "NO");
}

GdalScope::~GdalScope() {
  CPLSetThreadLocalConfigOption("GDAL_PAM_ENABLED", nullptr);
  CPLSetThreadLocalConfigOption("CPL_VSIL_GZIP_WRITE_PROPERTIES", nullptr);
  CPLPopErrorHandler();
  CPLErrorReset();
}

void CPL_STDCALL GdalScope::hear(CPLErr level, CPLErrorNum, const char* text) {
  auto* scope = static_cast<GdalScope*>(CPLGetErrorHandlerUserData());
  if (level >= CE_Failure && scope->first_.empty()) scope->first_ = text;
}

std::string GdalScope::complaint(const std::string& otherwise) const {
  return first_.empty() ? otherwise : first_;
}

tl::unexpected<Error> GdalScope::failure(Code code, const std::string& what,
                                         const std::string& place) const {
  return fail(code, first_.empty() ? what : format("{}: {}", what, first_), place);
}

Reference wgs84_reference() {
  Reference out(OSRNewSpatialReference(nullptr));
  OSRSetFromUserInput(static_cast<OGRSpatialReferenceH>(out.get()), "EPSG:4326");
  OSRSetAxisMappingStrategy(static_cast<OGRSpatialReferenceH>(out.get()),
                            OAMS_TRADITIONAL_GIS_ORDER);
  return out;
}

}  // namespace cairn::geo::detail
