#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::api {

// The NextToken of ExecuteStatement. Clients take it as it is.
//
//   token := base64( version:uint8 = 1  fingerprint:uint64  key )
//   key   := the key of the last item of the page, encoded (types/item_codec.h)

std::string nextToken(std::uint64_t fingerprint, const types::Item& key);

/// The key in a token. Fails if the text is no token, or one of another statement.
ApiResult<types::Item> keyOfToken(std::string_view token, std::uint64_t fingerprint);

}  // namespace orrery::api
