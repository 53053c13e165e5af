// Fields that name objects by their labels: `policySelector` of an ImageUpdateAutomation, `name:
// "*"` in the sources of an Alert.
//
// Facts: ImageUpdateAutomation v1 (own namespace; without a selector all policies are used),
// ResourceSet v1 (own namespace), Alert v1beta3 and Receiver v1 (namespace of the entry, else the
// own one; labels only with the name "*").
// Thread contract: pure functions over immutable input.
#pragma once

#include <string_view>
#include <vector>

#include "analysis/build/fleet.h"

namespace fluxls::build {

// A field of an object that selects others. Views into the object.
struct Selection {
  const Value* node = nullptr;  // the selector, or the entry with the name "*"
  std::string_view kind;        // of what is selected
  std::string_view namespace_;
};

std::vector<Selection> FindSelections(const Object& object);

// What `selection`, a field of an object of this build, selects in its cluster.
std::vector<Effect> SelectedBy(const Fleet& fleet, const FluxBuild& build,
                               const Selection& selection);

// Selections that an object is among.
std::vector<Selection> SelectionsOf(const Fleet& fleet, Effect selected);

}  // namespace fluxls::build
