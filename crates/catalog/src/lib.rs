//! The knowledge: what failures mean, which codes they carry, what may cause them, who has to act,
//! and the words for all of it in four languages.
//!
//! **What it is for.** A failure is recorded once, as a typed [`Failure`](causeway_model::Failure).
//! Everything that people and machines read about it — reply and enhanced codes, the category, the
//! possible causes, whose move it is, the sentences — is derived here, and only here.
//!
//! **What it promises.** Data with total functions: every failure has a status line, at least one
//! possible cause, a category, and texts in every language. A text that is missing in one language
//! falls back to English, and one that is missing there to its key; nothing fails and nothing
//! panics.
//!
//! **What it refuses.** No I/O, no clock, no decisions about mail. A cause listed here is a
//! possibility; whether it holds is for probes to find out.
//!
//! **In which order to read.** [`mod@status`] (codes and our words), [`reply`] (what a peer's reply
//! means), [`exchange`] (what Exchange means by its own codes), [`causes`] (categories, who acts, possible causes), [`problems`] (what the sender of the
//! message is told), [`codes`] (the registry of codes), [`help`] (what there is to say about a code),
//! [`texts`] (the languages), [`sentence`] (what a decision says, before somebody chooses a language).

pub mod causes;
pub mod codes;
pub mod exchange;
pub mod help;
pub mod problems;
pub mod reply;
pub mod samples;
pub mod sentence;
pub mod status;
pub mod texts;
#[cfg(test)]
mod variants;

pub use causes::{Category, Cause, WhoActs};
pub use problems::Problem;
pub use status::{Permanence, Phase, StatusLine, last_result, permanence, status, status_of};
pub use texts::{Texts, Value};
