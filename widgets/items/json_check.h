#pragma once

#include <QString>
#include <optional>

namespace orrery::widgets {

/// A mistake in a JSON text.
struct JsonMistake {
    qsizetype at = 0;  ///< Where it stands in the text.
    QString text;      ///< One sentence without the place.
};

/// The first mistake in a valid JSON text that a parser accepts and that would lose data: a name
/// twice in one object (the parser keeps the last value), a line break or another control character
/// in a string, or an escape for half a character.
std::optional<JsonMistake> findJsonMistake(const QString& json);

}  // namespace orrery::widgets
