#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/faults/experiment.h"

namespace orrery::cluster {

// Templates and experiments as the store's values keep them.
//
//   value "fis/template/<id>"   := version:uint8(1) owner definition:sized tags
//                                  createdAt:uint64 updatedAt:uint64
//   value "fis/experiment/<id>" := version:uint8(1) owner template:sized definition:sized tags
//                                  createdAt:uint64 begunAt:uint64 delay:uint64
//                                  end:uint8 endedAt:uint64 reason:sized count:varint action…
//   owner  := account:sized region:sized clientToken:sized
//   tags   := count:varint (key:sized value:sized)…
//   action := name:sized duration:uint64 count:varint (region:sized table:sized)…
//             count:varint fault:varint…
//
// Instants, durations and times of the calendar in nanoseconds.

inline constexpr std::string_view kTemplatePrefix = "fis/template/";
inline constexpr std::string_view kExperimentPrefix = "fis/experiment/";
inline constexpr std::uint8_t kTemplateVersion = 1;
inline constexpr std::uint8_t kExperimentVersion = 1;

/// Without the id, which is in the name of the value.
std::string encodeTemplate(const ExperimentTemplate& experimentTemplate);
std::string encodeExperiment(const Experiment& experiment);

/// Nothing if the bytes are corrupt or of a later version.
std::optional<ExperimentTemplate> decodeTemplate(std::string_view id, std::string_view bytes);
std::optional<Experiment> decodeExperiment(std::string_view id, std::string_view bytes);

}  // namespace orrery::cluster
