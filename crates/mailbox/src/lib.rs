//! Maildirs: messages delivered into them, and read from them.
//!
//! **What it is for.** [`MaildirRoot`] is the directory with all mailboxes (`DATA_DIR/mail`).
//! [`MaildirRoot::deliver`] writes one message into one mailbox, so that any program that reads
//! Maildirs (Dovecot, mutt, …) finds it: `mail/DOMAIN/LOCAL/Maildir/{tmp,new,cur}`, line ends as LF,
//! `,S=` and `,W=` sizes in the file's name.
//!
//! **What it promises.**
//! - When `deliver` returns, the message is on the disk: the file is written and synced below `tmp`,
//!   renamed into `new`, and the directory synced.
//! - *Once.* The file's name is made from the queue id, the recipient's position and the time of
//!   receipt, so delivering the same recipient again (after a crash between delivery and its
//!   record) finds or replaces the same file. It cannot know of a copy that its reader has already
//!   deleted.
//! - No address leads out of the root: every character that means something to a file system is
//!   escaped ([`layout`]).
//! - Files are readable by the server's user only (0600, directories 0700).
//!
//! **What it refuses.** It decides nothing: which mailbox an address means, and what becomes of a
//! message that cannot be written, is told to it and decided elsewhere. It asks no clock.
//!
//! **How it fails.** [`MailboxError`], one variant per fact; nothing of a failed delivery is left in
//! `new`. [`MailboxError::failure`] is the same as the queue records it. A full disk and a mailbox
//! over its quota pass: the message stays in the queue.
//!
//! The other direction is [`maildrop`]: a mailbox opened by one reader, for POP3.
//!
//! All functions block; asynchronous callers use a blocking thread. In which order to read:
//! [`layout`] (names and places), [`content`] (line ends), [`deliver`](mod@deliver), [`error`],
//! [`maildrop`].

pub mod content;
pub mod deliver;
pub mod error;
pub mod layout;
pub mod maildrop;

pub use content::MessageContent;
pub use deliver::{Delivered, Delivery};
pub use error::MailboxError;
pub use layout::{MaildirRoot, Usage};
pub use maildrop::{Maildrop, MaildropError, MessageReader, Updated};
