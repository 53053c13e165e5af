// The text form of schemas: what schemas/data holds.
//
//   api helm.toolkit.fluxcd.io/v2 HelmRelease
//   | Installs a Helm chart and keeps it up to date.
//   spec object required
//     chartRef object
//       | The source that holds the chart itself.
//       kind string required enum=OCIRepository,HelmChart,ExternalArtifact@2.7
//     commonMetadata object @2.7
//   rule "has(self.chart) != has(self.chartRef)" "set either chart or chartRef" @2.3..2.8
//
// Two spaces a level. A field is a line of its name, its type and its facts; `[]` names the items
// of a list, `{}` the values of a map. `| …` below it is its help, `rule …` what must hold of it,
// `check …` the same where the controller asks and the CRD does not; all stand before its fields.
// `@2.7` means from that release on, `@..2.6` until, `@2.3..2.6` from and until. `usage=40`: forty
// of a hundred mappings that may have the field do. Values that hold a blank, a comma, a quote or
// an @ stand in double quotes, with
// `\"` and `\\` inside.
//
// Thread contract: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "schemas/schema.h"

namespace fluxls::schema {

struct ReadError {
  int line = 0;         // from 1
  std::string message;  // "" when all is well
};

// Reads one file. On an error `schema` holds what came before it.
ReadError ReadSchema(std::string_view text, KindSchema& schema);

std::string WriteSchema(const KindSchema& schema);

}  // namespace fluxls::schema
