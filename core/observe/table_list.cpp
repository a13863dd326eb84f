#include "core/observe/table_list.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/observe/snapshot.h"

namespace orrery::observe {
namespace {

/// A change copies a chunk, and a list copies a pointer to each.
constexpr std::size_t kChunkMax = 64;

std::pair<const std::string&, const std::string&> keyOf(const TableViewPtr& table) {
    return {table->accountId, table->name};
}

}  // namespace

TableList::TableList(Chunk tables) : m_size(tables.size()) {
    if (!tables.empty()) m_chunks.push_back(std::make_shared<const Chunk>(std::move(tables)));
}

TableList::TableList(Chunks chunks) : m_chunks(std::move(chunks)) {
    for (const auto& chunk : m_chunks) {
        CHECK(!chunk->empty());
        m_size += chunk->size();
    }
}

const TableViewPtr& TableList::operator[](std::size_t index) const {
    CHECK(index < m_size);
    auto chunk = m_chunks.begin();
    for (; index >= (*chunk)->size(); ++chunk)
        index -= (*chunk)->size();
    return (**chunk)[index];
}

std::pair<std::size_t, std::size_t> TableListBuilder::find(const Key& key) const {
    const auto isBefore = [&](const Part& part) { return keyOf(part.chunk->back()) < key; };
    auto part = std::ranges::partition_point(m_parts, isBefore);
    // A table after all others goes into the last chunk.
    if (part == m_parts.end()) --part;
    const TableList::Chunk& chunk = *part->chunk;
    const auto at = std::ranges::partition_point(
        chunk, [&](const TableViewPtr& table) { return keyOf(table) < key; });
    return {static_cast<std::size_t>(part - m_parts.begin()),
            static_cast<std::size_t>(at - chunk.begin())};
}

TableList::Chunk& TableListBuilder::own(std::size_t at) {
    Part& part = m_parts[at];
    if (std::exchange(part.isShared, false))
        part.chunk = std::make_shared<TableList::Chunk>(*part.chunk);
    return *part.chunk;
}

void TableListBuilder::set(TableViewPtr table) {
    if (m_parts.empty()) {
        m_parts.push_back({std::make_shared<TableList::Chunk>(1, std::move(table)), false});
        return;
    }
    const auto [part, at] = find(keyOf(table));
    TableList::Chunk& chunk = own(part);
    if (at < chunk.size() && keyOf(chunk[at]) == keyOf(table)) {
        chunk[at] = std::move(table);
        return;
    }
    chunk.insert(chunk.begin() + static_cast<std::ptrdiff_t>(at), std::move(table));
    if (chunk.size() <= kChunkMax) return;
    const auto middle = chunk.begin() + static_cast<std::ptrdiff_t>(chunk.size() / 2);
    Part upper{std::make_shared<TableList::Chunk>(middle, chunk.end()), false};
    chunk.erase(middle, chunk.end());
    m_parts.insert(m_parts.begin() + static_cast<std::ptrdiff_t>(part) + 1, std::move(upper));
}

void TableListBuilder::erase(const std::string& accountId, const std::string& name) {
    if (m_parts.empty()) return;
    const Key key(accountId, name);
    const auto [part, at] = find(key);
    if (at == m_parts[part].chunk->size() || keyOf((*m_parts[part].chunk)[at]) != key) return;
    TableList::Chunk& chunk = own(part);
    chunk.erase(chunk.begin() + static_cast<std::ptrdiff_t>(at));
    if (chunk.empty()) m_parts.erase(m_parts.begin() + static_cast<std::ptrdiff_t>(part));
}

TableList TableListBuilder::build() {
    TableList::Chunks chunks;
    chunks.reserve(m_parts.size());
    for (Part& part : m_parts) {
        part.isShared = true;
        chunks.push_back(part.chunk);
    }
    return TableList(std::move(chunks));
}

}  // namespace orrery::observe
