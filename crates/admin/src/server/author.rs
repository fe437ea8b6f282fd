//! Who is asking: the name that is kept with what they change.
//!
//! On the socket the kernel says which user the peer is. When that is root and the system knows as whom
//! the person logged in before (`sudo`, `su`), that name is kept, too.

use tokio::net::unix::UCred;

/// A person, as kept with a revision: `alice`, `root (logged in as alice)`, `user 1001`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Author(pub(super) String);

/// What the kernel says of processes that nobody logged in for.
const NOBODY_LOGGED_IN: u32 = u32::MAX;

impl Author {
    /// The user at the other end of the socket.
    pub(super) fn of(peer: &UCred) -> Self {
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let login = peer
            .pid()
            .and_then(|pid| std::fs::read_to_string(format!("/proc/{pid}/loginuid")).ok())
            .and_then(|text| text.trim().parse().ok());
        Self(described(&users, peer.uid(), login))
    }
}

fn described(users: &str, user: u32, login: Option<u32>) -> String {
    let name = |id: u32| name_of(users, id).unwrap_or_else(|| format!("user {id}"));
    match login.filter(|login| *login != user && *login != NOBODY_LOGGED_IN) {
        Some(login) => format!("{} (logged in as {})", name(user), name(login)),
        None => name(user),
    }
}

/// The name of a user in the lines of `/etc/passwd`.
fn name_of(users: &str, id: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let found: u32 = fields.nth(1)?.parse().ok()?;
        (found == id && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_named_and_so_is_who_became_root() {
        let users = "root:x:0:0:root:/root:/bin/sh\nbroken\nalice:x:1000:1000::/home/alice:\n";
        assert_eq!(described(users, 1000, None), "alice");
        assert_eq!(described(users, 1000, Some(1000)), "alice");
        assert_eq!(described(users, 0, Some(1000)), "root (logged in as alice)");
        assert_eq!(described(users, 0, Some(u32::MAX)), "root");
        assert_eq!(described(users, 1001, None), "user 1001");
        assert_eq!(described("", 0, None), "user 0");
    }
}
