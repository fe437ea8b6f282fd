//! What the part for people says, before it becomes plain text or HTML.
//!
//! One structure for both, so that the two can never say different things. All strings are plain
//! text; the renderers wrap and escape.

use causeway_model::config::Language;

/// The whole part for people.
pub(super) struct Document {
    pub(super) language: Language,
    pub(super) tone: Tone,
    /// One sentence.
    pub(super) headline: String,
    /// For the sender.
    pub(super) person: Vec<Block>,
    /// Both halves in another language.
    pub(super) second: Option<Second>,
    pub(super) admin_heading: String,
    /// For administrators.
    pub(super) admin: Vec<Block>,
}

/// Both halves in a second language.
pub(super) struct Second {
    pub(super) language: Language,
    /// Says at the top, in this language, that it comes below.
    pub(super) below: String,
    pub(super) headline: String,
    pub(super) person: Vec<Block>,
    pub(super) admin_heading: String,
    pub(super) admin: Vec<Block>,
}

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Bad,
    Late,
    Good,
}

/// One piece of it.
pub(super) enum Block {
    Heading(String),
    /// The recipients that what follows is about, and what is said when not all are listed.
    Recipients(Vec<String>, Option<String>),
    Paragraph(String),
    /// The most important sentence of its section.
    Strong(String),
    /// Numbered.
    Steps(Vec<String>),
    /// Label and value.
    Facts(Vec<(String, String)>),
    /// Words of a server, verbatim.
    Quote {
        label: String,
        lines: Vec<String>,
    },
    Table {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// A sentence with a smaller one or two under it.
    Points(Vec<(String, Vec<String>)>),
    /// The parties on the way, with a mark on the one who acts.
    Parties {
        parties: Vec<(String, bool)>,
        mark: String,
    },
    Link {
        text: String,
        url: String,
    },
    Note(String),
}
