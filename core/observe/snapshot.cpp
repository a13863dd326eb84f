#include "core/observe/snapshot.h"

namespace orrery::observe {

std::string_view roleName(Role role) {
    switch (role) {
        case Role::Leader:
            return "leader";
        case Role::Candidate:
            return "candidate";
        case Role::Follower:
            return "follower";
        case Role::CatchingUp:
            return "catching up";
        case Role::Down:
            return "down";
    }
    return "";
}

}  // namespace orrery::observe
