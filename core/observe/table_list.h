#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace orrery::observe {

struct TableView;
using TableViewPtr = std::shared_ptr<const TableView>;

/// The tables of a Region as an immutable list of chunks. Lists share equal chunks, so a new list
/// costs only the changes.
class TableList {
public:
    using Chunk = std::vector<TableViewPtr>;
    using Chunks = std::vector<std::shared_ptr<const Chunk>>;

    class Iterator {
    public:
        // NOLINTBEGIN(readability-identifier-naming): std::iterator_traits asks for these names.
        using iterator_category = std::forward_iterator_tag;
        using value_type = TableViewPtr;
        using difference_type = std::ptrdiff_t;
        using pointer = const TableViewPtr*;
        using reference = const TableViewPtr&;
        // NOLINTEND(readability-identifier-naming)

        Iterator() = default;
        explicit Iterator(Chunks::const_iterator chunk) : m_chunk(chunk) {}

        const TableViewPtr& operator*() const { return (**m_chunk)[m_at]; }
        const TableViewPtr* operator->() const { return &**this; }
        Iterator& operator++() {
            if (++m_at < (*m_chunk)->size()) return *this;
            ++m_chunk;
            m_at = 0;
            return *this;
        }
        Iterator operator++(int) {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator&) const = default;

    private:
        Chunks::const_iterator m_chunk;
        std::size_t m_at = 0;
    };

    TableList() = default;
    /// In the order given, in one chunk.
    TableList(Chunk tables);  // NOLINT(google-explicit-constructor): a list is a list.
    /// No chunk may be empty.
    explicit TableList(Chunks chunks);

    Iterator begin() const { return Iterator(m_chunks.begin()); }
    Iterator end() const { return Iterator(m_chunks.end()); }
    std::size_t size() const { return m_size; }
    bool empty() const { return m_size == 0; }
    /// Finds the chunk first; iterate to visit all tables.
    const TableViewPtr& operator[](std::size_t index) const;
    const TableViewPtr& at(std::size_t index) const { return (*this)[index]; }

private:
    Chunks m_chunks;
    std::size_t m_size = 0;
};

/// Builds successive TableLists, in order of account and name. One thread owns the builder; the
/// lists may go to any thread.
class TableListBuilder {
public:
    /// Replaces the table with this account and name, or inserts it.
    void set(TableViewPtr table);
    /// Does nothing if there is no such table.
    void erase(const std::string& accountId, const std::string& name);
    /// The current list.
    TableList build();

private:
    struct Part {
        std::shared_ptr<TableList::Chunk> chunk;
        bool isShared = false;  ///< A list shares it, so it is copied before a change.
    };
    using Key = std::pair<const std::string&, const std::string&>;

    /// The part that has the key or would have it, and the position there. Only if there are parts.
    std::pair<std::size_t, std::size_t> find(const Key& key) const;
    TableList::Chunk& own(std::size_t part);

    std::vector<Part> m_parts;  ///< No part is empty.
};

}  // namespace orrery::observe
