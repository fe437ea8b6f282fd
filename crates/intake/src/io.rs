//! Replies onto the session's connection.

use causeway_model::Reply;

pub(crate) use causeway_net::wire::{Lost, Stream, Wire};

/// Speaking SMTP on a wire.
pub(crate) trait Say {
    /// Adds a reply to those that wait to be sent.
    fn say(&mut self, reply: &Reply);
}

impl Say for Wire {
    fn say(&mut self, reply: &Reply) {
        causeway_smtp::reply::write_reply(self.output(), reply);
    }
}
