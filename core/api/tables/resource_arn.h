#pragma once

#include <string_view>

#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

/// The purpose of an ARN: operations on tags and operations on policies have different error texts
/// for a bad ARN.
enum class ArnUse { Tags, Policy };

/// What tags and policies are attached to: a table or a stream. The other pointer is null.
struct Resource {
    cluster::TablePtr table;
    cluster::StreamPtr stream;

    const std::vector<cluster::Tag>& tags() const { return table ? table->tags : stream->tags; }
    const std::optional<cluster::ResourcePolicy>& policy() const {
        return table ? table->policy : stream->policy;
    }
    std::string arn() const { return table ? table->arn() : stream->arn(); }

    // The requests that change it. An empty policy removes the present one; without any, nothing
    // changes.
    cluster::Request withTags(std::vector<cluster::Tag> tags) const;
    cluster::Request withPolicy(std::optional<std::string> policy) const;
};

/// Refuses anything but the ARN of a table or a stream, in any account.
ApiResult<void> checkResourceArn(std::string_view arn, ArnUse use);

/// The resource of an ARN that passed checkResourceArn, if it exists in the caller's account and
/// Region.
ApiResult<Resource> findResource(const cluster::Catalog& catalog, const cluster::Caller& caller,
                                 std::string_view arn, ArnUse use);

/// Refuses a TableName that is the ARN of a table in another partition or Region. Only for the
/// operations of which this answer is recorded; the others do not find such a table.
ApiResult<void> checkTableRegion(const cluster::Caller& caller, std::string_view nameOrArn);
/// The same for a table of another account.
ApiResult<void> checkTableAccount(const cluster::Caller& caller, std::string_view nameOrArn);

}  // namespace orrery::api
