// Life of every apiVersion of Flux: one row a version and kind, the newest version of a kind first.
// Read from the CRDs that each release installs; tests/rules/catalog_test.cc holds the same facts
// release by release.
#include "schemas/catalog.h"

namespace fluxls::catalog {
namespace {

constexpr std::string_view kSource = "source.toolkit.fluxcd.io";
constexpr std::string_view kExtensions = "source.extensions.fluxcd.io";
constexpr std::string_view kKustomize = "kustomize.toolkit.fluxcd.io";
constexpr std::string_view kHelm = "helm.toolkit.fluxcd.io";
constexpr std::string_view kNotification = "notification.toolkit.fluxcd.io";
constexpr std::string_view kImage = "image.toolkit.fluxcd.io";
constexpr std::string_view kOperator = "fluxcd.controlplane.io";

constexpr std::nullopt_t kNever = std::nullopt;
constexpr Release kStart{0, 0};
// The alpha versions of the first months ended before 0.24, the oldest release whose CRDs were
// read.
constexpr Release kBefore024{0, 2};

constexpr Api kApis[] = {
    // clang-format off
    // group        version      kind                       introduced  deprecated       removed
    {kSource,       "v1",        "GitRepository",           {2, 0},     kNever,          kNever},
    {kSource,       "v1beta2",   "GitRepository",           {0, 28},    Release{2, 0},   Release{2, 8}},
    {kSource,       "v1beta1",   "GitRepository",           kStart,     Release{2, 0},   Release{2, 7}},
    {kSource,       "v1alpha1",  "GitRepository",           kStart,     kNever,          kBefore024},

    {kSource,       "v1",        "OCIRepository",           {2, 6},     kNever,          kNever},
    {kSource,       "v1beta2",   "OCIRepository",           {0, 32},    Release{2, 6},   Release{2, 8}},

    {kSource,       "v1",        "HelmRepository",          {2, 3},     kNever,          kNever},
    {kSource,       "v1beta2",   "HelmRepository",          {0, 28},    Release{2, 3},   Release{2, 8}},
    {kSource,       "v1beta1",   "HelmRepository",          kStart,     Release{2, 3},   Release{2, 7}},
    {kSource,       "v1alpha1",  "HelmRepository",          kStart,     kNever,          kBefore024},

    {kSource,       "v1",        "HelmChart",               {2, 3},     kNever,          kNever},
    {kSource,       "v1beta2",   "HelmChart",               {0, 28},    Release{2, 3},   Release{2, 8}},
    {kSource,       "v1beta1",   "HelmChart",               kStart,     Release{2, 3},   Release{2, 7}},
    {kSource,       "v1alpha1",  "HelmChart",               kStart,     kNever,          kBefore024},

    {kSource,       "v1",        "Bucket",                  {2, 4},     kNever,          kNever},
    {kSource,       "v1beta2",   "Bucket",                  {0, 28},    Release{2, 4},   Release{2, 8}},
    {kSource,       "v1beta1",   "Bucket",                  kStart,     Release{2, 3},   Release{2, 7}},
    {kSource,       "v1alpha1",  "Bucket",                  kStart,     kNever,          kBefore024},

    {kSource,       "v1",        "ExternalArtifact",        {2, 7},     kNever,          kNever},

    {kExtensions,   "v1beta1",   "ArtifactGenerator",       {2, 7},     kNever,          kNever},

    {kKustomize,    "v1",        "Kustomization",           {2, 0},     kNever,          kNever},
    {kKustomize,    "v1beta2",   "Kustomization",           {0, 18},    Release{2, 0},   Release{2, 8}},
    {kKustomize,    "v1beta1",   "Kustomization",           kStart,     Release{2, 0},   Release{2, 7}},
    {kKustomize,    "v1alpha1",  "Kustomization",           kStart,     kNever,          kBefore024},

    {kHelm,         "v2",        "HelmRelease",             {2, 3},     kNever,          kNever},
    {kHelm,         "v2beta2",   "HelmRelease",             {2, 2},     Release{2, 3},   Release{2, 8}},
    {kHelm,         "v2beta1",   "HelmRelease",             kStart,     Release{2, 2},   Release{2, 7}},
    {kHelm,         "v2alpha1",  "HelmRelease",             kStart,     kNever,          kBefore024},

    {kNotification, "v1",        "Receiver",                {2, 0},     kNever,          kNever},
    {kNotification, "v1beta2",   "Receiver",                {0, 38},    Release{2, 0},   Release{2, 9}},
    {kNotification, "v1beta1",   "Receiver",                kStart,     Release{2, 0},   Release{2, 7}},
    {kNotification, "v1alpha1",  "Receiver",                kStart,     kNever,          kBefore024},

    {kNotification, "v1beta3",   "Alert",                   {2, 2},     kNever,          kNever},
    {kNotification, "v1beta2",   "Alert",                   {0, 38},    Release{2, 2},   Release{2, 9}},
    {kNotification, "v1beta1",   "Alert",                   kStart,     Release{2, 2},   Release{2, 7}},
    {kNotification, "v1alpha1",  "Alert",                   kStart,     kNever,          kBefore024},

    {kNotification, "v1beta3",   "Provider",                {2, 2},     kNever,          kNever},
    {kNotification, "v1beta2",   "Provider",                {0, 38},    Release{2, 2},   Release{2, 9}},
    {kNotification, "v1beta1",   "Provider",                kStart,     Release{2, 2},   Release{2, 7}},
    {kNotification, "v1alpha1",  "Provider",                kStart,     kNever,          kBefore024},

    {kImage,        "v1",        "ImageRepository",         {2, 7},     kNever,          kNever},
    {kImage,        "v1beta2",   "ImageRepository",         {0, 40},    Release{2, 7},   Release{2, 9}},
    {kImage,        "v1beta1",   "ImageRepository",         kStart,     kNever,          Release{2, 7}},
    {kImage,        "v1alpha2",  "ImageRepository",         kStart,     kNever,          Release{0, 37}},
    {kImage,        "v1alpha1",  "ImageRepository",         kStart,     kNever,          Release{0, 37}},

    {kImage,        "v1",        "ImagePolicy",             {2, 7},     kNever,          kNever},
    {kImage,        "v1beta2",   "ImagePolicy",             {0, 40},    Release{2, 7},   Release{2, 9}},
    {kImage,        "v1beta1",   "ImagePolicy",             kStart,     kNever,          Release{2, 7}},
    {kImage,        "v1alpha2",  "ImagePolicy",             kStart,     kNever,          Release{0, 37}},
    {kImage,        "v1alpha1",  "ImagePolicy",             kStart,     kNever,          Release{0, 37}},

    {kImage,        "v1",        "ImageUpdateAutomation",   {2, 7},     kNever,          kNever},
    {kImage,        "v1beta2",   "ImageUpdateAutomation",   {2, 3},     Release{2, 7},   Release{2, 9}},
    {kImage,        "v1beta1",   "ImageUpdateAutomation",   kStart,     Release{2, 3},   Release{2, 7}},
    {kImage,        "v1alpha2",  "ImageUpdateAutomation",   kStart,     kNever,          Release{0, 37}},
    {kImage,        "v1alpha1",  "ImageUpdateAutomation",   kStart,     kNever,          Release{0, 37}},

    // Flux Operator has releases of its own; none of its kinds depends on the Flux release.
    {kOperator,     "v1",        "FluxInstance",             kStart,    kNever,          kNever},
    {kOperator,     "v1",        "FluxReport",               kStart,    kNever,          kNever},
    {kOperator,     "v1",        "ResourceSet",              kStart,    kNever,          kNever},
    {kOperator,     "v1",        "ResourceSetInputProvider", kStart,    kNever,          kNever},
    // clang-format on
};

}  // namespace

std::span<const Api> AllApis() {
  return kApis;
}

}  // namespace fluxls::catalog
